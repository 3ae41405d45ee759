import { describe, expect, it } from 'vitest';
import { findApiKey, readApiKeys } from './api-key.js';

describe('readApiKeys', () => {
  it('keeps no key itself', () => {
    expect(JSON.stringify(readApiKeys('shop:first-secret:orders'))).not.toContain('first-secret');
  });

  it('refuses what is no list of keys', () => {
    expect(() => readApiKeys('first:orders')).toThrow('name:key:scope+scope');
  });
});

describe('findApiKey', () => {
  it('finds a key with its holder and scopes', () => {
    const keys = readApiKeys('shop:first:orders+trips,ops:second:operator');
    expect(findApiKey(keys, 'first')).toMatchObject({ name: 'shop', scopes: new Set(['orders', 'trips']) });
    expect(findApiKey(keys, 'second')).toMatchObject({ name: 'ops', scopes: new Set(['operator']) });
  });

  it('finds no key but the one that was given', () => {
    const keys = readApiKeys('shop:first:orders');
    for (const wrong of ['', 'First', 'first ', 'firs', 'shop', 'shop:first', 'first:orders'])
      expect(findApiKey(keys, wrong)).toBeUndefined();
  });
});
