import { describe, expect, it } from 'vitest';
import { Identifier } from '../../../contracts/values/identifier.js';
import { businessIdOfKey, newBusinessId, requestIdentity } from './request-identity.js';

const request = { type: 'payOrder', businessId: 'o-1', caller: 'shop', idempotencyKey: 'k', content: { a: 1, b: 2 } };

describe('requestIdentity', () => {
  it('is none without a key', () => {
    expect(requestIdentity({ ...request, idempotencyKey: undefined })).toBeUndefined();
  });

  it('keeps types, business ids, callers and keys apart, and does not reveal the key', () => {
    const others = [{ type: 'shipOrder' }, { businessId: 'o-2' }, { caller: 'rival' }, { idempotencyKey: 'secret-key' }];
    const keys = [request, ...others.map((other) => ({ ...request, ...other }))].map((one) => requestIdentity(one)!.key);
    expect(new Set(keys).size).toBe(5);
    expect(keys.join()).not.toContain('secret-key');
  });

  it('compares contents, whatever order their fields came in', () => {
    const first = requestIdentity(request)!;
    expect(requestIdentity({ ...request, content: { b: 2, a: 1 } })).toEqual(first);
    expect(requestIdentity({ ...request, content: { a: 1, b: 3 } })).toMatchObject({ key: first.key });
    expect(requestIdentity({ ...request, content: { a: 1, b: 3 } })!.fingerprint).not.toBe(first.fingerprint);
  });
});

const orders = 'POST /v1/orders';

describe('businessIdOfKey', () => {
  it('always gives one key of one caller the same order', () => {
    // A literal, because another derivation would place the orders of older keys a second time.
    expect(businessIdOfKey(orders, '', 'a-key')).toBe('443b6616-c197-8fb5-a8cb-4a2304a34a76');
  });

  it('keeps routes, keys and callers apart', () => {
    const ids = new Set([
      businessIdOfKey(orders, '', 'k'),
      businessIdOfKey(orders, '', 'K'),
      businessIdOfKey(orders, 'a', 'k'),
      businessIdOfKey(orders, 'ak', ''),
      businessIdOfKey(orders, '', 'ak'),
      businessIdOfKey('POST /v1/trips', '', 'k'),
    ]);
    expect(ids.size).toBe(6);
  });

  it('is a UUID of version 8 and an identifier, whatever the key holds', () => {
    for (const key of ['a', '~'.repeat(255), '"%/\\']) {
      const id = businessIdOfKey(orders, '', key);
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(Identifier.safeParse(id).success).toBe(true);
    }
  });
});

describe('newBusinessId', () => {
  it('never gives the same id twice', () => {
    const ids = Array.from({ length: 1_000 }, newBusinessId);
    expect(new Set(ids).size).toBe(1_000);
    expect(Identifier.safeParse(ids[0]).success).toBe(true);
  });
});
