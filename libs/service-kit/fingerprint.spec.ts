import { describe, expect, it } from 'vitest';
import { fingerprint } from './fingerprint.js';

describe('fingerprint', () => {
  it('does not depend on the order of keys, at any depth', () => {
    expect(fingerprint({ a: 1, b: [{ c: 2, d: 3 }] })).toBe(fingerprint({ b: [{ d: 3, c: 2 }], a: 1 }));
  });

  it('depends on everything else', () => {
    const prints = [
      fingerprint({ a: 1 }),
      fingerprint({ a: '1' }),
      fingerprint({ a: null }),
      fingerprint([1, 2]),
      fingerprint([2, 1]),
      fingerprint(1, 2),
      fingerprint('1', 2),
      fingerprint('12'),
    ];
    expect(new Set(prints).size).toBe(prints.length);
  });
});
