import { type AccessSettings, faultInAccess, needsKeys } from '../../../libs/config/access.js';
import { type ApiKey, readApiKeys } from './api-key.js';

export const AUTH_POLICY = Symbol('AUTH_POLICY');

/** `required`: every call under /v1 needs one of these keys. */
export type AuthPolicy = { required: false } | { required: true; keys: ApiKey[] };

/**
 * Keys are required unless the API listens on loopback alone and nobody asked for them.
 * @throws Error that says which setting to change, when the API would be open to a network or closed to everybody.
 */
export function authPolicy(settings: AccessSettings): AuthPolicy {
  const fault = faultInAccess(settings);
  if (fault !== undefined) throw new Error(fault);
  // Also while no keys are required: a fault in the setting must not wait for the day on which they are.
  const keys = settings.API_KEYS === undefined ? [] : readApiKeys(settings.API_KEYS);
  return needsKeys(settings) ? { required: true, keys } : { required: false };
}
