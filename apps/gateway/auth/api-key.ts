import { createHash, timingSafeEqual } from 'node:crypto';
import { type Scope, scopes } from './scopes.js';

/** An API key as the gateway remembers it: never the key itself. */
export interface ApiKey {
  hash: Buffer;
  scopes: ReadonlySet<Scope>;
}

/**
 * Reads `key:scope+scope,key:scope`, the form of the setting `API_KEYS`.
 * @throws Error naming what is wrong, by position: a key must not end up in a log.
 */
export function parseApiKeys(setting: string): ApiKey[] {
  return setting.split(',').map((entry, index) => {
    const [key, granted, ...rest] = entry.trim().split(':');
    if (!key || !granted || rest.length > 0)
      throw new Error(`Entry ${index + 1} of API_KEYS is not of the form key:scope+scope.`);
    const unknown = granted.split('+').filter((scope) => !isScope(scope));
    if (unknown.length > 0)
      throw new Error(
        `Entry ${index + 1} of API_KEYS has the unknown scope ${unknown.join(', ')}; known are ${scopes.join(', ')}.`,
      );
    return { hash: hashOf(key), scopes: new Set(granted.split('+').filter(isScope)) };
  });
}

/** The API key that was presented, or undefined. Takes as long for a wrong key as for a right one. */
export function findApiKey(keys: readonly ApiKey[], presented: string): ApiKey | undefined {
  const hash = hashOf(presented);
  return keys.filter((key) => timingSafeEqual(key.hash, hash))[0];
}

const hashOf = (key: string): Buffer => createHash('sha256').update(key).digest();

const isScope = (name: string): name is Scope => (scopes as readonly string[]).includes(name);
