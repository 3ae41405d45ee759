import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import { type Caller, callerOf } from '../auth/require-key.js';
import { idempotencyKeyOf } from './idempotency-key.js';

/** What a command says besides its body: who sends it, under which key, and how many seconds it would wait for the outcome. */
export interface CommandHeaders {
  caller: Caller;
  idempotencyKey: string | undefined;
  wait: number;
}

/** The headers of a command. Throws a 400 `INVALID_HEADER` for a key that cannot be one. */
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
 * How many seconds the `Prefer` header (RFC 7240) asks to wait for an outcome: `wait`, at most 30. 0 when it does not ask or cannot be
 * read, as a preference is never an error.
 */
export function preferredWait(header: string | undefined): number {
  for (const preference of (header ?? '').split(',')) {
    const [name = '', value = ''] = (preference.split(';', 1)[0] ?? '').split('=', 2);
    if (name.trim().toLowerCase() !== 'wait') continue;
    const [, quoted, bare] = /^(?:"(\d{1,9})"|(\d{1,9}))$/.exec(value.trim()) ?? [];
    return Math.min(Number(quoted ?? bare ?? 0), MAX_WAIT_S); // of a preference given twice the first counts
  }
  return 0;
}
