import { applyDecorators, type CanActivate, type ExecutionContext, HttpCode, UseGuards } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { IncomingMessage } from 'node:http';
import { idempotencyKeyOf } from './idempotency-key.js';

/** Refuses a malformed key, as every command does. */
const keyGuard: CanActivate = {
  canActivate(context: ExecutionContext): boolean {
    idempotencyKeyOf(context.switchToHttp().getRequest<IncomingMessage>());
    return true;
  },
};

/**
 * A command that has its effect once without a key, so no key is stored. `repeated` documents the answer to a repeat, which unlike that
 * of an `IdempotentCommand` is not the first answer.
 */
export const NaturallyIdempotent = (status: number, repeated: string) =>
  applyDecorators(
    HttpCode(status),
    UseGuards(keyGuard),
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description: `Optional: the command has its effect once, with or without a key. ${repeated} 1 to 255 visible ASCII characters.`,
    }),
  );
