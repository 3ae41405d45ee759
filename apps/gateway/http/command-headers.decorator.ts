import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import { type Caller, callerOf } from '../auth/require-key.js';
import { idempotencyKeyOf } from './idempotency-key.js';

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
