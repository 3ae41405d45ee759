import { afterEach, describe, expect, it } from 'vitest';
import type { Page } from '../../contracts/values/page.js';
import type { Customer } from '../../contracts/customer/customer.resource.js';
import { call } from '../support/api.js';
import { unreachableAddress, type GatewayHarness, startTestGateway } from '../support/gateway.harness.js';

let gateway: GatewayHarness;
afterEach(() => gateway.close());

interface Timed {
  status: number;
  retryAfter: string | null;
  body: { code?: string; detail?: string };
  ms: number;
}

async function ask(path: string, body?: object, headers: Record<string, string> = {}): Promise<Timed> {
  const startedAt = performance.now();
  const init =
    body === undefined
      ? {}
      : { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } };
  const response = await fetch(gateway.url + path, init);
  const answer = (await response.json()) as Timed['body'];
  return {
    status: response.status,
    retryAfter: response.headers.get('retry-after'),
    body: answer,
    ms: performance.now() - startedAt,
  };
}

const placed = { customerId: 'nobody', lines: [{ sku: 'SKU-TOKEN', quantity: 1 }] };

describe('without Temporal', () => {
  it('starts, says that it is not ready, and answers 503 within five seconds what needs Temporal', async () => {
    gateway = await startTestGateway({ temporalAddress: unreachableAddress });
    expect((await ask('/healthz')).status).toBe(200);
    const answers = await Promise.all([
      ask('/v1/orders', placed),
      ask('/v1/orders', placed, { 'idempotency-key': 'outage', prefer: 'wait=30' }),
      ask('/v1/orders/unheard-of'),
      ask('/v1/sagas/create-order:unheard-of'),
      ask('/v1/sagas/create-order:unheard-of/history'),
      ask('/v1/sagas/create-order:unheard-of/abort', {}),
      ask('/v1/sagas/create-order:unheard-of/resolve', { step: 'x', action: 'skip', note: 'x' }),
    ]);
    for (const { status, retryAfter, body, ms } of answers) {
      expect({ status, code: body.code }).toEqual({ status: 503, code: 'TEMPORAL_UNAVAILABLE' });
      expect(Number(retryAfter)).toBeGreaterThan(0);
      expect(ms).toBeLessThan(5_000);
    }
    expect((await ask('/readyz')).status).toBe(503);

    // By now it is known to be away: nothing is sent, so nothing is in doubt.
    const known = await ask('/v1/orders', placed);
    expect(known).toMatchObject({ status: 503, body: { detail: expect.stringContaining('Nothing was started') } });
    expect(known.ms).toBeLessThan(1_000);
  });

  it('still answers what does not need it', async () => {
    gateway = await startTestGateway({ temporalAddress: unreachableAddress });
    expect((await ask('/v1/products')).status).toBe(200);
    expect((await ask('/v1/customers')).status).toBe(200);
  });
});

describe('without a participant', () => {
  it.each([
    ['order', { ORDER_URL: `http://${unreachableAddress}` }, ['/v1/products', '/v1/orders', '/v1/orders/unheard-of']],
    [
      'customer',
      { CUSTOMER_URL: `http://${unreachableAddress}` },
      ['/v1/customers', '/v1/customers/x', '/v1/customers/x/credit', '/v1/customers/x/credit/entries'],
    ],
  ])('says that the %s service is away, and starts no saga', async (name, settings, paths) => {
    gateway = await startTestGateway(settings);
    for (const [path, body] of [...paths.map((path) => [path] as const), ['/v1/orders', placed] as const]) {
      const answer = await ask(path, body);
      expect(answer).toMatchObject({
        status: 503,
        retryAfter: '1',
        body: { code: 'PARTICIPANT_UNAVAILABLE', detail: expect.stringContaining(name) },
      });
      expect(answer.ms).toBeLessThan(5_000);
    }
    expect((await ask('/v1/orders', placed)).body.detail).toContain('Nothing was started');
  });

  it('still gives the first answer to a key that was accepted before', async () => {
    const { items } = (await call<Page<Customer>>('GET', '/v1/customers?limit=1')).body;
    const order = { customerId: items[0]!.customerId, lines: placed.lines };
    const key = { 'idempotency-key': `kept-${Date.now()}` };
    const first = await call<{ orderId: string }>('POST', '/v1/orders', order, key);
    gateway = await startTestGateway({ CUSTOMER_URL: `http://${unreachableAddress}` });
    expect(await ask('/v1/orders', order, key)).toMatchObject({ status: 202, body: { orderId: first.body.orderId } });
    expect((await ask('/v1/orders', order, { 'idempotency-key': `new-${Date.now()}` })).status).toBe(503);
  });
});
