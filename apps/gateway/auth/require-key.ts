import type { IncomingMessage } from 'node:http';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';
import { type AuthPolicy, findApiKey } from './auth-policy.js';
import type { ScopeRule } from './allow.decorator.js';

/** The caller: the name of the API key's holder, or empty while no keys are required. */
export type Caller = string;

const callers = new WeakMap<IncomingMessage, Caller>();

export function rememberCaller(request: IncomingMessage, caller: Caller): void {
  callers.set(request, caller);
}

/** The caller that the guard has identified. */
export const callerOf = (request: IncomingMessage): Caller => callers.get(request) ?? '';

/**
 * Requires an API key that fits one of the rules, where keys are required, and remembers its holder.
 * @throws ProblemException 401 without a known key, 403 when the key lacks the scope.
 */
export function requireKey(policy: AuthPolicy, request: IncomingMessage, allowed: readonly ScopeRule[]): void {
  if (!policy.required) return;
  const [, token] = /^Bearer +([\x21-\x7e]+)$/i.exec(request.headers.authorization ?? '') ?? [];
  const key = token === undefined ? undefined : findApiKey(policy.keys, token);
  if (!key) {
    const detail =
      token === undefined ? 'This call needs a key: send Authorization: Bearer <API key>.' : 'The API key is not known.';
    const challenge = token === undefined ? 'Bearer realm="roundtrip"' : 'Bearer realm="roundtrip", error="invalid_token"';
    throw new ProblemException(401, 'UNAUTHENTICATED', detail, {}, { headers: { 'WWW-Authenticate': challenge } });
  }
  if (!allowed.some((rule) => [rule].flat().every((scope) => key.scopes.has(scope)))) {
    const wanted = allowed.map((rule) => [rule].flat().join(' with ')).join(' or ') || 'none is enough';
    throw new ProblemException(403, 'SCOPE_MISSING', `The API key lacks the scope that this call needs: ${wanted}.`);
  }
  rememberCaller(request, key.name);
}
