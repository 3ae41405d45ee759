import { describe, expect, it } from 'vitest';
import { authPolicy } from './auth-policy.js';

const nothing = { AUTH: undefined, API_KEYS: undefined };

describe('authPolicy', () => {
  it.each(['127.0.0.1', '127.0.0.2', '::1', 'localhost'])('needs no keys on %s', (HOST) => {
    expect(authPolicy({ ...nothing, HOST })).toEqual({ required: false });
  });

  it.each(['0.0.0.0', '::', '192.168.1.5', 'example.test', '127.0.0.1.example.test'])(
    'does not open the API on %s without keys',
    (HOST) => {
      expect(() => authPolicy({ ...nothing, HOST })).toThrow('API_KEYS');
      expect(() => authPolicy({ AUTH: 'off', API_KEYS: 'shop:k:orders', HOST })).toThrow('AUTH=off is for loopback only');
      expect(authPolicy({ ...nothing, API_KEYS: 'shop:k:orders', HOST }).required).toBe(true);
    },
  );

  it('refuses a faulty setting also while no keys are required', () => {
    expect(() => authPolicy({ ...nothing, API_KEYS: 'k:orders', HOST: '127.0.0.1' })).toThrow('name:key:scope+scope');
  });

  it('needs keys on loopback when asked to', () => {
    expect(authPolicy({ AUTH: 'required', API_KEYS: 'shop:k:orders', HOST: '127.0.0.1' }).required).toBe(true);
    expect(() => authPolicy({ AUTH: 'required', API_KEYS: undefined, HOST: '127.0.0.1' })).toThrow('AUTH=required');
  });
});
