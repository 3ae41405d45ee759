import { describe, expect, it } from 'vitest';
import { authPolicy, findApiKey, readApiKeys } from './auth-policy.js';

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

describe('readApiKeys', () => {
  it('keeps no key itself', () => {
    expect(JSON.stringify(readApiKeys('shop:first-secret:orders'))).not.toContain('first-secret');
  });

  it('refuses text that is not a list of keys', () => {
    expect(() => readApiKeys('first:orders')).toThrow('name:key:scope+scope');
  });
});

describe('findApiKey', () => {
  it('finds a key with its holder and scopes', () => {
    const keys = readApiKeys('shop:first:orders+trips,ops:second:operator');
    expect(findApiKey(keys, 'first')).toMatchObject({ name: 'shop', scopes: new Set(['orders', 'trips']) });
    expect(findApiKey(keys, 'second')).toMatchObject({ name: 'ops', scopes: new Set(['operator']) });
  });

  it('finds no key for a wrong token', () => {
    const keys = readApiKeys('shop:first:orders');
    for (const wrong of ['', 'First', 'first ', 'firs', 'shop', 'shop:first', 'first:orders'])
      expect(findApiKey(keys, wrong)).toBeUndefined();
  });
});
