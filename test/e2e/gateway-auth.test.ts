import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OwnGateway, ownGateway } from '../support/own-gateway.js';

let gateway: OwnGateway;

beforeAll(async () => {
  gateway = await ownGateway({ AUTH: 'required', API_KEYS: 'shop-key:orders+customers,ops-key:operator,shop-two:orders' });
});
afterAll(() => gateway.close());

const ask = (path: string, key?: string, init: Omit<RequestInit, 'headers'> & { headers?: Record<string, string> } = {}) =>
  fetch(gateway.url + path, {
    redirect: 'manual',
    ...init,
    headers: { ...init.headers, ...(key === undefined ? {} : { authorization: key }) },
  });

describe('with AUTH=required', () => {
  it.each([
    undefined,
    '',
    'Bearer',
    'Bearer wrong',
    'Basic c2hvcC1rZXk6',
    'Bearer shop-key x',
    'shop-key',
    'Bearer shop-key:orders',
  ])('refuses the authorization %j', async (key) => {
    for (const path of ['/v1/orders', '/v1/products', '/v1/customers', '/v1/sagas', '/v1/faults', '/V1/ORDERS']) {
      const response = await ask(path, key);
      expect(response.status, path).toBe(401);
      expect(response.headers.get('www-authenticate')).toMatch(/^Bearer /);
      expect(await response.json()).toMatchObject({ code: 'UNAUTHENTICATED' });
    }
  });

  it('lets a key do what its scopes say and nothing else', async () => {
    const statuses = async (key: string) =>
      Promise.all(['/v1/orders', '/v1/customers', '/v1/sagas'].map(async (path) => (await ask(path, `Bearer ${key}`)).status));
    expect(await statuses('shop-key')).toEqual([200, 200, 403]);
    expect(await statuses('ops-key')).toEqual([403, 403, 200]);
    expect(await (await ask('/v1/sagas', 'bearer shop-key')).json()).toMatchObject({
      code: 'SCOPE_MISSING',
      detail: expect.stringContaining('operator'),
    });
  });

  it.each(['/healthz', '/readyz', '/metrics', '/openapi.json', '/docs'])('leaves %s open', async (path) => {
    expect((await ask(path)).status).toBe(200);
  });

  it('keeps the idempotency keys of two callers apart', async () => {
    const place = async (key: string, idempotencyKey: string) => {
      const headers = { 'content-type': 'application/json', 'idempotency-key': idempotencyKey };
      const body = JSON.stringify({ customerId: 'nobody', lines: [{ sku: 'SKU-TOKEN', quantity: 1 }] });
      const response = await ask('/v1/orders', `Bearer ${key}`, { method: 'POST', headers, body });
      return ((await response.json()) as { orderId: string }).orderId;
    };
    const key = randomUUID();
    expect(await place('shop-key', key)).toBe(await place('shop-key', key));
    expect(await place('shop-two', key)).not.toBe(await place('shop-key', key));
  });
});

describe('the start', () => {
  it('is refused rather than opening the API to a network', async () => {
    await expect(ownGateway({ HOST: '0.0.0.0' })).rejects.toThrow('API_KEYS');
    await expect(ownGateway({ HOST: '0.0.0.0', AUTH: 'off', API_KEYS: 'k:orders' })).rejects.toThrow('loopback');
  });
});
