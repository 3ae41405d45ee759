import { applyDecorators, type CanActivate, type ExecutionContext, HttpCode, UseGuards } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { IncomingMessage } from 'node:http';
import { idempotencyKeyOf } from './command-headers.decorator.js';

const idempotencyKeyHeader = {
  name: 'Idempotency-Key',
  required: false,
  description:
    'A retry with the same key and body gets the first answer. Nothing is executed twice. 1 to 255 visible ASCII characters, bare or as a quoted string.',
};

/** A route that starts a saga: it answers 202, and documents the headers of commands. */
export const Command = () =>
  applyDecorators(
    HttpCode(202),
    ApiHeader(idempotencyKeyHeader),
    ApiHeader({
      name: 'Prefer',
      required: false,
      description: '`wait=N` (RFC 7240): wait up to N seconds, at most 30, for the outcome.',
      example: 'wait=5',
    }),
  );

/** The problems of every command that starts a saga, besides its own. */
export const commandProblems = {
  400: ['MALFORMED_REQUEST', 'INVALID_HEADER'],
  422: ['VALIDATION_FAILED', 'IDEMPOTENCY_KEY_REUSED'],
  503: ['PARTICIPANT_UNAVAILABLE', 'TEMPORAL_UNAVAILABLE'],
} as const;

/** A command that completes before its answer, and accepts an `Idempotency-Key`. */
export const IdempotentCommand = (status: number) => applyDecorators(HttpCode(status), ApiHeader(idempotencyKeyHeader));

/** The problems of every such command, besides its own. */
export const idempotentCommandProblems = {
  400: ['MALFORMED_REQUEST', 'INVALID_HEADER'],
  503: ['PARTICIPANT_UNAVAILABLE'],
} as const;

/** Refuses a malformed key, like every command. */
const keyGuard: CanActivate = {
  canActivate(context: ExecutionContext): boolean {
    idempotencyKeyOf(context.switchToHttp().getRequest<IncomingMessage>());
    return true;
  },
};

/**
 * A command that has its effect once even without a key, so no key is stored. `repeated` documents the answer to a repeat, which
 * is not the first answer, unlike that of an `IdempotentCommand`.
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
