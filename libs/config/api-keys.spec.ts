import { describe, expect, it } from 'vitest';
import { faultInApiKeys, parseApiKeys } from './api-keys.js';

describe('parseApiKeys', () => {
  it('reads keys with their holder and scopes', () => {
    expect(parseApiKeys('shop:first:orders+operator, back.office_2:second:customers')).toEqual([
      { name: 'shop', key: 'first', scopes: ['orders', 'operator'] },
      { name: 'back.office_2', key: 'second', scopes: ['customers'] },
    ]);
  });

  it('lets a holder have two keys, so that one can replace the other', () => {
    expect(parseApiKeys('shop:old:orders,shop:new:orders+trips').map(({ name }) => name)).toEqual(['shop', 'shop']);
  });

  it.each(['first-secret:orders', 'shop:first:orders,first-secret:orders+trips'])(
    'shows the new form to an entry of two parts: %j',
    (setting) => {
      expect(() => parseApiKeys(setting)).toThrow(/has two parts.*name:key:scope\+scope/);
    },
  );

  it.each([
    ['', 'Entry 1'],
    ['first', 'Entry 1'],
    ['s:a:orders,s::orders', 'Entry 2'],
    [':a:orders', 'Entry 1'],
    ['s:a:', 'Entry 1'],
    ['s:a:orders,,s:b:orders', 'Entry 2'],
    ['s:a:orders:b', 'Entry 1'],
    ['a shop:a:orders', 'Entry 1'],
    [`${'s'.repeat(65)}:a:orders`, 'Entry 1'],
    ['s:a b:orders', 'Entry 1'],
    ['s:first:orders+everything', 'everything'],
    ['s:same:orders,t:same:trips', 'Entries 1 and 2'],
  ])('refuses %j by position', (setting, message) => {
    expect(() => parseApiKeys(setting)).toThrow(message);
  });

  it.each([
    's:first-secret:everything',
    'first-secret:orders',
    's:first-secret:orders:x',
    's:first-secret:orders,t:first-secret:orders',
  ])('never says a key in its refusal of %j', (setting) => {
    expect(() => parseApiKeys(setting)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('first-secret') }),
    );
  });
});

describe('faultInApiKeys', () => {
  it('says what is wrong, or nothing', () => {
    expect(faultInApiKeys('shop:first:orders')).toBeUndefined();
    expect(faultInApiKeys('first:orders')).toContain('name:key:scope+scope');
  });
});
