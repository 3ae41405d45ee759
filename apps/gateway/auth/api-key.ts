import { createHash, timingSafeEqual } from 'node:crypto';
import { type Scope, scopes } from './scopes.js';

/** An API key as the gateway keeps it: never the key itself. */
export interface ApiKey {
  /** The key's holder. Two keys of one holder are one caller, so that a key can be rotated. */
  name: string;
  hash: Buffer;
  scopes: ReadonlySet<Scope>;
}

const form = 'name:key:scope+scope, such as shop:s3cret:orders+customers';

/**
 * Reads `name:key:scope+scope,name:key:scope`, the form of the setting `API_KEYS`.
 * @throws Error naming the fault by the entry's position: a key must not end up in a log.
 */
export function parseApiKeys(setting: string): ApiKey[] {
  const keys = setting.split(',').map((entry, index) => parseEntry(entry.trim(), index + 1));
  for (const [index, { hash }] of keys.entries()) {
    const first = keys.findIndex((key) => key.hash.equals(hash));
    if (first !== index) throw new Error(`Entries ${first + 1} and ${index + 1} of API_KEYS have the same key.`);
  }
  return keys;
}

function parseEntry(entry: string, position: number): ApiKey {
  const parts = entry.split(':');
  if (parts.length === 2)
    throw new Error(
      `Entry ${position} of API_KEYS has two parts; it needs its holder's name in front. The form is now ${form}: ` +
        'an Idempotency-Key belongs to the name, so that changing the key does not repeat an order.',
    );
  const [name, key, granted, ...rest] = parts;
  if (!name || !key || !granted || rest.length > 0) throw new Error(`Entry ${position} of API_KEYS is not of the form ${form}.`);
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name))
    throw new Error(`Entry ${position} of API_KEYS has a name that is not 1 to 64 letters, digits, ".", "_" or "-".`);
  if (!/^[\x21-\x7e]+$/.test(key))
    throw new Error(`Entry ${position} of API_KEYS has a key that no header can carry: it must be visible ASCII characters.`);
  const unknown = granted.split('+').filter((scope) => !isScope(scope));
  if (unknown.length > 0)
    throw new Error(`Entry ${position} of API_KEYS has the unknown scope ${unknown.join(', ')}; known are ${scopes.join(', ')}.`);
  return { name, hash: hashOf(key), scopes: new Set(granted.split('+').filter(isScope)) };
}

/** The API key that was presented, or undefined. Takes as long for a wrong key as for a right one. */
export function findApiKey(keys: readonly ApiKey[], presented: string): ApiKey | undefined {
  const hash = hashOf(presented);
  return keys.filter((key) => timingSafeEqual(key.hash, hash))[0];
}

const hashOf = (key: string): Buffer => createHash('sha256').update(key).digest();

const isScope = (name: string): name is Scope => (scopes as readonly string[]).includes(name);
