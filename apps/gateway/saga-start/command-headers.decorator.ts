import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import { type Caller, callerOf } from '../auth/caller.js';
import { idempotencyKeyOf } from '../http/idempotency-key.js';
import { preferredWait } from '../http/prefer.js';

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
