/** The permissions of an API key. */
export const scopes = ['orders', 'trips', 'customers', 'hooks', 'events', 'operator'] as const;
export type Scope = (typeof scopes)[number];

/** One entry of the setting `API_KEYS`. */
export interface ApiKeyEntry {
  /** The key's holder. Two keys of one holder are one caller, so that a key can be changed without a gap. */
  name: string;
  key: string;
  scopes: Scope[];
}

const form = 'name:key:scope+scope, such as shop:s3cret:orders+customers';

/**
 * Reads `name:key:scope+scope,name:key:scope`, the form of the setting `API_KEYS`.
 * @throws Error naming the fault by the entry's position: a key must not end up in a log.
 */
export function parseApiKeys(setting: string): ApiKeyEntry[] {
  const entries = setting.split(',').map((entry, index) => parseEntry(entry.trim(), index + 1));
  for (const [index, { key }] of entries.entries()) {
    const first = entries.findIndex((entry) => entry.key === key);
    if (first !== index) throw new Error(`Entries ${first + 1} and ${index + 1} of API_KEYS have the same key.`);
  }
  return entries;
}

/** The fault of the setting; undefined if it is valid. */
export function faultInApiKeys(setting: string): string | undefined {
  try {
    parseApiKeys(setting);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function parseEntry(entry: string, position: number): ApiKeyEntry {
  const parts = entry.split(':');
  if (parts.length === 2)
    throw new Error(
      `Entry ${position} of API_KEYS has two parts; its holder's name is missing. The form is now ${form}: ` +
        'an Idempotency-Key belongs to the name, so that changing the key does not repeat an order.',
    );
  const [name, key, granted, ...rest] = parts;
  if (!name || !key || !granted || rest.length > 0) throw new Error(`Entry ${position} of API_KEYS is not of the form ${form}.`);
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name))
    throw new Error(`Entry ${position} of API_KEYS has a name that is not 1 to 64 letters, digits, ".", "_" or "-".`);
  if (!/^[\x21-\x7e]+$/.test(key))
    throw new Error(`Entry ${position} of API_KEYS has a key that no header can carry: it must be visible ASCII characters.`);
  const named = granted.split('+');
  const unknown = named.filter((scope) => !isScope(scope));
  if (unknown.length > 0)
    throw new Error(`Entry ${position} of API_KEYS has the unknown scope ${unknown.join(', ')}; known are ${scopes.join(', ')}.`);
  return { name, key, scopes: named.filter(isScope) };
}

const isScope = (name: string): name is Scope => (scopes as readonly string[]).includes(name);
