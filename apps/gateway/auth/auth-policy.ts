import { isLoopback } from '../../../libs/config/is-loopback.js';
import type { GatewaySettings } from '../gateway.settings.js';
import { type ApiKey, readApiKeys } from './api-key.js';

export const AUTH_POLICY = Symbol('AUTH_POLICY');

/** `required`: every call under /v1 needs one of these keys. */
export type AuthPolicy = { required: false } | { required: true; keys: ApiKey[] };

/**
 * Keys are required unless the API listens on loopback alone and nobody asked for them.
 * @throws Error that says which setting to change, when the API would be open to a network or closed to everybody.
 */
export function authPolicy({ AUTH, API_KEYS, HOST }: Pick<GatewaySettings, 'AUTH' | 'API_KEYS' | 'HOST'>): AuthPolicy {
  const local = isLoopback(HOST);
  if (AUTH === 'off' && !local)
    throw new Error(`AUTH=off is for loopback only, and HOST is ${HOST}. Set AUTH=required and API_KEYS, or HOST=127.0.0.1.`);
  // Also while no keys are required: a fault in the setting must not wait for the day on which they are.
  const keys = API_KEYS === undefined ? undefined : readApiKeys(API_KEYS);
  if ((AUTH ?? (local ? 'off' : 'required')) === 'off') return { required: false };
  if (keys === undefined) {
    const why = AUTH === 'required' ? 'AUTH=required' : `the API listens on ${HOST}`;
    throw new Error(`API keys are required because ${why}, but API_KEYS is empty. Set it to name:key:scope+scope,…`);
  }
  return { required: true, keys };
}
