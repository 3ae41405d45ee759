import { applyDecorators, HttpCode } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';

/** A command that completes before it is answered, and takes an `Idempotency-Key`. */
export const IdempotentCommand = (status: number) =>
  applyDecorators(
    HttpCode(status),
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description:
        'A retry with the same key and body gets the first answer. Nothing is executed twice. 1 to 255 visible ASCII characters, bare or as a quoted string.',
    }),
  );

/** The problems of every such command, besides its own. */
export const idempotentCommandProblems = {
  400: ['MALFORMED_REQUEST', 'INVALID_HEADER'],
  503: ['PARTICIPANT_UNAVAILABLE'],
} as const;
