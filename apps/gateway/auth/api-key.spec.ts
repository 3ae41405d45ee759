import { describe, expect, it } from 'vitest';
import { findApiKey, parseApiKeys } from './api-key.js';

describe('parseApiKeys', () => {
  it('reads keys with their scopes', () => {
    const keys = parseApiKeys('first:orders+operator, second:customers');
    expect([...findApiKey(keys, 'first')!.scopes]).toEqual(['orders', 'operator']);
    expect([...findApiKey(keys, 'second')!.scopes]).toEqual(['customers']);
  });

  it('does not keep the key itself', () => {
    expect(JSON.stringify(parseApiKeys('first-secret:orders'))).not.toContain('first-secret');
  });

  it.each([
    ['', 'Entry 1'],
    ['first', 'Entry 1'],
    ['a:orders,:orders', 'Entry 2'],
    ['a:', 'Entry 1'],
    ['a:orders,,b:orders', 'Entry 2'],
    ['a:orders:b', 'Entry 1'],
    ['first:orders+everything', 'everything'],
  ])('refuses %j by position', (setting, message) => {
    expect(() => parseApiKeys(setting)).toThrow(message);
  });

  it('never says a key in its refusal', () => {
    expect(() => parseApiKeys('first-secret:everything')).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('first-secret') }),
    );
  });
});

describe('findApiKey', () => {
  it('finds no key but the one that was given', () => {
    const keys = parseApiKeys('first:orders');
    for (const wrong of ['', 'First', 'first ', 'firs', 'first:orders']) expect(findApiKey(keys, wrong)).toBeUndefined();
  });
});
