import { createHash, timingSafeEqual } from 'node:crypto';
import { type AccessSettings, faultInAccess, needsKeys } from '../../../libs/config/access.js';
import { type ApiKeyEntry, parseApiKeys, type Scope } from '../../../libs/config/api-keys.js';

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
