import { isLoopback } from './is-loopback.js';

/** The settings that decide whether calls of the API need a key. */
export interface AccessSettings {
  HOST: string;
  AUTH?: 'off' | 'required' | undefined;
  API_KEYS?: string | undefined;
}

/** Calls need a key unless the API listens on loopback alone and nobody asked for keys. */
export const needsKeys = ({ HOST, AUTH }: AccessSettings): boolean =>
  (AUTH ?? (isLoopback(HOST) ? 'off' : 'required')) === 'required';

/** Which settings would open the API to a network without keys, or close it to everybody, and what to change; undefined if none do. */
export function faultInAccess(settings: AccessSettings): string | undefined {
  const { HOST, AUTH, API_KEYS } = settings;
  if (AUTH === 'off' && !isLoopback(HOST))
    return `AUTH=off is for loopback only, and HOST is ${HOST}. Set AUTH=required and API_KEYS, or HOST=127.0.0.1.`;
  if (!needsKeys(settings) || API_KEYS !== undefined) return undefined;
  const why = AUTH === 'required' ? 'AUTH=required' : `the API listens on ${HOST}`;
  return `API keys are required because ${why}, but API_KEYS is empty. Set it to name:key:scope+scope,…`;
}
