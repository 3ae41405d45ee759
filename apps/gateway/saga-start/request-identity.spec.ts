import { describe, expect, it } from 'vitest';
import { requestIdentity } from './request-identity.js';

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
