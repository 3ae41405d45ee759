import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import { IdempotencyKey } from '../../../contracts/idempotency-key.js';
import { parseHeader } from '../../../libs/service-kit/parse-header.js';
import { type Caller, callerOf } from '../auth/caller.js';
import { preferredWait } from '../prefer.js';

/** What a command says besides its body: who sends it, under which key, and how many seconds it would wait for the outcome. */
export interface CommandHeaders {
  caller: Caller;
  idempotencyKey: string | undefined;
  wait: number;
}

const OptionalIdempotencyKey = IdempotencyKey.optional();

/** The headers of a command. Throws a 400 `INVALID_HEADER` for a key that cannot be one. */
export const FromHeaders = createParamDecorator((_: undefined, context: ExecutionContext): CommandHeaders => {
  const request = context.switchToHttp().getRequest<IncomingMessage>();
  const { 'idempotency-key': key, prefer } = request.headers;
  return {
    caller: callerOf(request),
    idempotencyKey: parseHeader('Idempotency-Key', OptionalIdempotencyKey, key),
    wait: preferredWait(typeof prefer === 'string' ? prefer : undefined),
  };
});
