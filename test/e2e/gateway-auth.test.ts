import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GatewayHarness, startTestGateway } from '../support/gateway.harness.js';

let gateway: GatewayHarness;

beforeAll(async () => {
  gateway = await startTestGateway({
    AUTH: 'required',
    API_KEYS:
      'shop:shop-key:orders+customers,shop:shop-new:orders,ops:ops-key:operator,rival:shop-two:orders,agency:trip-key:trips,both:both-key:orders+trips',
  });
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

  it('lets a key read nothing but the resources of its scopes', async () => {
    const paths = [
      '/v1/trips',
      '/v1/trips/nobody',
      '/v1/hotels',
      '/v1/sagas/book-trip:nobody',
      '/v1/payments?tripId=nobody',
      '/v1/orders',
      '/v1/sagas/create-order:nobody',
      '/v1/payments?orderId=nobody',
      '/v1/payments',
      '/v1/payments?orderId=nobody&tripId=nobody',
      '/v1/sagas',
      '/v1/sagas/create-order:nobody/history',
      '/v1/reservations?participant=hotel',
    ];
    const refused = async (key: string) => {
      const statuses = await Promise.all(paths.map(async (path) => (await ask(path, `Bearer ${key}`)).status));
      return paths.filter((_, index) => statuses[index] === 403);
    };
    const ofOperators = ['/v1/sagas', '/v1/sagas/create-order:nobody/history', '/v1/reservations?participant=hotel'];
    const ofBoth = ['/v1/payments', '/v1/payments?orderId=nobody&tripId=nobody'];
    expect(await refused('shop-two')).toEqual([...paths.slice(0, 5), ...ofBoth, ...ofOperators]);
    expect(await refused('trip-key')).toEqual([...paths.slice(5, 8), ...ofBoth, ...ofOperators]);
    expect(await refused('both-key')).toEqual(ofOperators);
  });

  it("keeps a holder's idempotency keys when the API key changes, and two holders' apart", async () => {
    const place = async (key: string, idempotencyKey: string) => {
      const headers = { 'content-type': 'application/json', 'idempotency-key': idempotencyKey };
      const body = JSON.stringify({ customerId: 'nobody', lines: [{ sku: 'SKU-TOKEN', quantity: 1 }] });
      const response = await ask('/v1/orders', `Bearer ${key}`, { method: 'POST', headers, body });
      return ((await response.json()) as { orderId: string }).orderId;
    };
    const key = randomUUID();
    const orderId = await place('shop-key', key);
    expect(orderId).toMatch(/./);
    expect(await place('shop-key', key)).toBe(orderId);
    expect(await place('shop-new', key)).toBe(orderId);
    expect(await place('shop-new', `"${key}"`)).toBe(orderId);
    expect(await place('shop-two', key)).not.toBe(orderId);
  });
});

describe('the start', () => {
  it('is refused rather than opening the API to a network', async () => {
    await expect(startTestGateway({ HOST: '0.0.0.0' })).rejects.toThrow('API_KEYS');
    await expect(startTestGateway({ HOST: '0.0.0.0', AUTH: 'off', API_KEYS: 'shop:k:orders' })).rejects.toThrow('loopback');
  });

  it('is refused with keys of the old form, and shows the new one', async () => {
    await expect(startTestGateway({ AUTH: 'required', API_KEYS: 'shop-key:orders' })).rejects.toThrow('name:key:scope+scope');
  });
});
