import { describe, expect, it } from 'vitest';
import { Identifier } from '../../../contracts/identifier.js';
import { newOrderId, orderIdOfKey } from './order-id.js';

describe('orderIdOfKey', () => {
  it('gives one key of one caller one order for ever', () => {
    // A literal: another derivation would place the orders of yesterday's keys a second time.
    expect(orderIdOfKey('', 'a-key')).toBe('443b6616-c197-8fb5-a8cb-4a2304a34a76');
  });

  it('keeps keys and callers apart', () => {
    const ids = new Set([
      orderIdOfKey('', 'k'),
      orderIdOfKey('', 'K'),
      orderIdOfKey('a', 'k'),
      orderIdOfKey('ak', ''),
      orderIdOfKey('', 'ak'),
    ]);
    expect(ids.size).toBe(5);
  });

  it('is a UUID of version 8 and an identifier, whatever the key holds', () => {
    for (const key of ['a', '~'.repeat(255), '"%/\\']) {
      expect(orderIdOfKey('', key)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(Identifier.safeParse(orderIdOfKey('', key)).success).toBe(true);
    }
  });
});

describe('newOrderId', () => {
  it('never gives the same id twice', () => {
    const ids = Array.from({ length: 1_000 }, newOrderId);
    expect(new Set(ids).size).toBe(1_000);
    expect(Identifier.safeParse(ids[0]).success).toBe(true);
  });
});
