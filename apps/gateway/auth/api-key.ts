import { createHash, timingSafeEqual } from 'node:crypto';
import { type ApiKeyEntry, parseApiKeys, type Scope } from '../../../libs/config/api-keys.js';

/** An API key as the gateway keeps it: never the key itself. */
export interface ApiKey extends Pick<ApiKeyEntry, 'name'> {
  hash: Buffer;
  scopes: ReadonlySet<Scope>;
}

/** The keys of the setting `API_KEYS`. @throws Error as `parseApiKeys`. */
export const readApiKeys = (setting: string): ApiKey[] =>
  parseApiKeys(setting).map(({ name, key, scopes }) => ({ name, hash: hashOf(key), scopes: new Set(scopes) }));

/** The API key that was presented, or undefined. Takes as long for a wrong key as for a right one. */
export function findApiKey(keys: readonly ApiKey[], presented: string): ApiKey | undefined {
  const hash = hashOf(presented);
  return keys.filter((key) => timingSafeEqual(key.hash, hash))[0];
}

const hashOf = (key: string): Buffer => createHash('sha256').update(key).digest();
