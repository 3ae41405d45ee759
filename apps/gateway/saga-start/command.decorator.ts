import { applyDecorators, HttpCode } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';

/** A route that starts a saga: answers 202, and documents the headers that every such route takes. */
export const Command = () =>
  applyDecorators(
    HttpCode(202),
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description:
        'A retry with the same key and body gets the first answer. Nothing is executed twice. 1 to 255 visible ASCII characters, bare or as a quoted string.',
    }),
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
