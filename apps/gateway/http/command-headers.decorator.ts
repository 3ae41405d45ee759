import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import { IdempotencyKey } from '../../../contracts/values/idempotency-key.js';
import { parseHeader } from '../../../libs/service-kit/parse-header.js';
import { type Caller, callerOf } from '../auth/auth-policy.js';

/** The headers of a command: the caller, the idempotency key, and how many seconds the caller waits for the outcome. */
export interface CommandHeaders {
  caller: Caller;
  idempotencyKey: string | undefined;
  wait: number;
}

/** Reads the headers of a command. Throws a 400 `INVALID_HEADER` for an invalid key. */
export const FromHeaders = createParamDecorator((_: undefined, context: ExecutionContext): CommandHeaders => {
  const request = context.switchToHttp().getRequest<IncomingMessage>();
  const { prefer } = request.headers;
  return {
    caller: callerOf(request),
    idempotencyKey: idempotencyKeyOf(request),
    wait: preferredWait(typeof prefer === 'string' ? prefer : undefined),
  };
});

const OptionalIdempotencyKey = IdempotencyKey.optional();

/**
 * The `Idempotency-Key` of a command, if it has one. The draft of the header defines a structured string, `"abc"`. It is the same
 * key as the bare `abc`.
 * @throws ProblemException 400 `INVALID_HEADER` for an invalid key.
 */
export const idempotencyKeyOf = ({ headers }: Pick<IncomingMessage, 'headers'>): string | undefined =>
  parseHeader('Idempotency-Key', OptionalIdempotencyKey, unquoted(headers['idempotency-key']));

/** The content of a structured string (RFC 9651); other values stay unchanged. */
function unquoted(value: string | string[] | undefined): string | string[] | undefined {
  if (typeof value !== 'string') return value;
  const [, content] = /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/.exec(value) ?? [];
  return content === undefined ? value : content.replace(/\\(["\\])/g, '$1');
}

const MAX_WAIT_S = 30;

/**
 * The seconds of `wait` in the `Prefer` header (RFC 7240), at most 30. 0 if it is absent or malformed, because a preference is
 * never an error.
 */
export function preferredWait(header: string | undefined): number {
  for (const preference of (header ?? '').split(',')) {
    const [name = '', value = ''] = (preference.split(';', 1)[0] ?? '').split('=', 2);
    if (name.trim().toLowerCase() !== 'wait') continue;
    const [, quoted, bare] = /^(?:"(\d{1,9})"|(\d{1,9}))$/.exec(value.trim()) ?? [];
    return Math.min(Number(quoted ?? bare ?? 0), MAX_WAIT_S); // the first of repeated preferences counts
  }
  return 0;
}
