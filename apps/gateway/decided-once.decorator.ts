import { applyDecorators, type CanActivate, type ExecutionContext, HttpCode, UseGuards } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { IncomingMessage } from 'node:http';
import { givenKey } from './given-key.js';

/** A malformed key is refused here as anywhere. */
const keyGuard: CanActivate = {
  canActivate(context: ExecutionContext): boolean {
    givenKey(context.switchToHttp().getRequest<IncomingMessage>());
    return true;
  },
};

/**
 * A command that has its effect once by itself, so that no key is kept for it: `repeated` says what whoever repeats it is answered. Unlike
 * with a `KeyedCommand` that is not the first answer again.
 */
export const DecidedOnce = (status: number, repeated: string) =>
  applyDecorators(
    HttpCode(status),
    UseGuards(keyGuard),
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description: `Accepted and not needed: this has its effect once, with a key or without one. ${repeated} 1 to 255 visible ASCII characters.`,
    }),
  );
