import { applyDecorators, HttpCode } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';

/** A command that is done when it is answered, and takes an `Idempotency-Key`. */
export const KeyedCommand = (status: number) =>
  applyDecorators(
    HttpCode(status),
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description:
        'Whoever repeats the request repeats the key: it is then answered, not carried out, again. 1 to 255 visible ASCII characters.',
    }),
  );

/** The problems of every such command, besides its own. */
export const keyedCommandProblems = {
  400: ['MALFORMED_REQUEST', 'INVALID_HEADER'],
  503: ['PARTICIPANT_UNAVAILABLE'],
} as const;
