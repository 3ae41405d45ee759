import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type AccessSettings, faultInAccess, needsKeys } from '../../../libs/config/access.js';
import { type ApiKeyEntry, parseApiKeys, type Scope } from '../../../libs/config/api-keys.js';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';
import type { ScopeRule } from './allow.decorator.js';

export const AUTH_POLICY = Symbol('AUTH_POLICY');

/** `required`: every call under /v1 needs one of these keys. */
export type AuthPolicy = { required: false } | { required: true; keys: ApiKey[] };

/**
 * Keys are required unless the API listens on loopback only and the settings do not require them.
 * @throws Error that says which setting to change, when the API would be open to a network or closed to everybody.
 */
export function authPolicy(settings: AccessSettings): AuthPolicy {
  const fault = faultInAccess(settings);
  if (fault !== undefined) throw new Error(fault);
  // Also read while no keys are required, so that a fault in the setting is found at once.
  const keys = settings.API_KEYS === undefined ? [] : readApiKeys(settings.API_KEYS);
  return needsKeys(settings) ? { required: true, keys } : { required: false };
}

/** An API key in memory: its hash, never the key itself. */
export interface ApiKey extends Pick<ApiKeyEntry, 'name'> {
  hash: Buffer;
  scopes: ReadonlySet<Scope>;
}

/** The keys of the setting `API_KEYS`. @throws Error as `parseApiKeys`. */
export const readApiKeys = (setting: string): ApiKey[] =>
  parseApiKeys(setting).map(({ name, key, scopes }) => ({ name, hash: hashOf(key), scopes: new Set(scopes) }));

/** The API key of the token, or undefined. The time does not depend on the token. */
export function findApiKey(keys: readonly ApiKey[], token: string): ApiKey | undefined {
  const hash = hashOf(token);
  return keys.filter((key) => timingSafeEqual(key.hash, hash))[0];
}

const hashOf = (key: string): Buffer => createHash('sha256').update(key).digest();

/** The caller: the name of the API key's holder, or empty while no keys are required. */
export type Caller = string;

const callers = new WeakMap<IncomingMessage, Caller>();

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
  callers.set(request, key.name);
}
