import type { IncomingMessage } from 'node:http';

/** The caller: the name of the API key's holder, or empty while no keys are required. */
export type Caller = string;

const callers = new WeakMap<IncomingMessage, Caller>();

export function rememberCaller(request: IncomingMessage, caller: Caller): void {
  callers.set(request, caller);
}

/** The caller that the guard has found. */
export const callerOf = (request: IncomingMessage): Caller => callers.get(request) ?? '';
