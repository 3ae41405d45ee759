import { randomUUID } from 'node:crypto';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Order, OrderAccepted } from '../../contracts/order/order.resource.js';
import type { Page } from '../../contracts/values/page.js';
import type { Problem } from '../../contracts/values/problem.js';
import type { SagaSummary } from '../../contracts/saga/saga.resource.js';
import { call, clearFaults, ended, ledger, order, placeOrder, richestCustomer, setFault, tokens } from '../support/api.js';

let customerId: string;

beforeAll(async () => {
  customerId = await richestCustomer();
});
afterEach(clearFaults);

const post = (body: object, headers: Record<string, string> = {}) =>
  call<OrderAccepted & Order & Problem>('POST', '/v1/orders', body, headers);

describe('POST /v1/orders', () => {
  it('answers 202 with where the order, its saga and the Temporal UI are', async () => {
    const { status, headers, body } = await post({ customerId, lines: tokens(1) });
    expect(status).toBe(202);
    const sagaId = `create-order:${body.orderId}`;
    expect(body).toEqual({
      orderId: expect.any(String),
      state: 'PENDING',
      sagaId,
      links: {
        self: `/v1/orders/${body.orderId}`,
        saga: `/v1/sagas/${sagaId}`,
        temporalUi: expect.stringMatching(new RegExp(`^http://.*/namespaces/default/workflows/${sagaId}/[0-9a-f-]{36}/history$`)),
      },
    });
    expect(headers.get('location')).toBe(body.links.self);
    await ended(sagaId);
    expect(await order(body.orderId)).toMatchObject({ state: 'APPROVED', customerId, total: { amount: 100, currency: 'EUR' } });
  });

  it('can be read from the moment of the 202, at its full price', async () => {
    for (let i = 0; i < 30; i++) {
      const { orderId } = await placeOrder(customerId, 1);
      const read = await order(orderId);
      expect(['PENDING', 'APPROVED']).toContain(read.state);
      expect(read).toMatchObject({
        orderId,
        customerId,
        lines: [{ sku: 'SKU-TOKEN', quantity: 1 }],
        total: { amount: 100, currency: 'EUR' },
      });
    }
  });

  it('can be read before the order service knows of it', async () => {
    await setFault({ participant: 'order', operation: 'createOrder', mode: 'error' });
    const accepted = await placeOrder(customerId, 3);
    const read = await order(accepted.orderId);
    expect(read).toMatchObject({
      orderId: accepted.orderId,
      state: 'PENDING',
      sagaId: accepted.sagaId,
      total: { amount: 300, currency: 'EUR' },
    });
    await clearFaults();
    await ended(accepted.sagaId);
  });

  it('shows a refusal of the order service that left no order there', async () => {
    await setFault({ participant: 'order', operation: 'createOrder', mode: 'refuse' });
    const accepted = await placeOrder(customerId, 1, [...tokens(1), { sku: 'NO-SUCH-THING', quantity: 2 }]);
    await ended(accepted.sagaId);
    expect(await order(accepted.orderId)).toMatchObject({
      state: 'REJECTED',
      rejection: { code: 'UNKNOWN_PRODUCT' },
      lines: [{ sku: 'SKU-TOKEN' }, { sku: 'NO-SUCH-THING', unitPrice: { amount: 0, currency: 'EUR' } }],
    });
  });

  it.each([
    ['more than the credit', () => ({ customerId, lines: tokens(900_000) }), 'INSUFFICIENT_CREDIT'],
    ['an unknown product', () => ({ customerId, lines: [{ sku: 'NO-SUCH-THING', quantity: 1 }] }), 'UNKNOWN_PRODUCT'],
    ['an unknown customer', () => ({ customerId: 'nobody', lines: tokens(1) }), 'CUSTOMER_NOT_FOUND'],
  ])('rejects %s', async (_, body, code) => {
    const { status, body: rejected } = await post(body(), { prefer: 'wait=30' });
    expect(status).toBe(201);
    expect(rejected).toMatchObject({ state: 'REJECTED', rejection: { code, detail: expect.any(String) } });
    const entries = (await ledger(customerId)).filter(({ orderId }) => orderId === rejected.orderId);
    expect(entries.reduce((sum, { amount }) => sum + amount.amount, 0)).toBe(0);
  });
});

describe('Prefer: wait', () => {
  it('answers 201 with the final order', async () => {
    const { status, headers, body } = await post({ customerId, lines: tokens(2) }, { prefer: 'respond-async, wait=20' });
    expect(status).toBe(201);
    expect(headers.get('preference-applied')).toBe('wait=20');
    expect(headers.get('location')).toBe(`/v1/orders/${body.orderId}`);
    expect(body).toMatchObject({ state: 'APPROVED', total: { amount: 200, currency: 'EUR' } });
    expect(await order(body.orderId)).toEqual(body);
  });

  it('answers 202 when the saga takes longer', async () => {
    await setFault({ participant: 'customer', operation: 'reserveCredit', mode: 'error' });
    const startedAt = performance.now();
    const { status, body } = await post({ customerId, lines: tokens(1) }, { prefer: 'wait=1' });
    expect(performance.now() - startedAt).toBeGreaterThan(950);
    expect(status).toBe(202);
    expect(body.state).toBe('PENDING');
    await clearFaults();
    await ended(body.sagaId);
  });

  it.each(['wait=soon', 'wait=-1', 'wait', '=;,'])('is ignored when it says %j', async (prefer) => {
    const { status, headers } = await post({ customerId, lines: tokens(1) }, { prefer });
    expect(status).toBe(202);
    expect(headers.has('preference-applied')).toBe(false);
  });
});

describe('Idempotency-Key', () => {
  it('makes a hundred requests at once one order, each answered alike', async () => {
    const key = randomUUID();
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => post({ customerId, lines: tokens(7) }, { 'idempotency-key': key })),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    const { sagaId, orderId } = answers[0]!.body;
    await ended(sagaId);
    const sagas = await call<Page<SagaSummary>>('GET', `/v1/sagas?businessId=${orderId}`);
    expect(sagas.body.items).toHaveLength(1);
    const reserved = (await ledger(customerId)).filter((entry) => entry.orderId === orderId);
    expect(reserved).toMatchObject([{ kind: 'RESERVED', amount: { amount: 700, currency: 'EUR' } }]);
  });

  it('gives the first answer again after the saga has ended, and the outcome to who waits for it', async () => {
    const key = randomUUID();
    const first = await post({ customerId, lines: tokens(1) }, { 'idempotency-key': key });
    await ended(first.body.sagaId);
    const again = await post({ customerId, lines: tokens(1) }, { 'idempotency-key': key });
    expect(again).toMatchObject({ status: 202, body: first.body });
    const waited = await post({ customerId, lines: tokens(1) }, { 'idempotency-key': key, prefer: 'wait=5' });
    expect(waited).toMatchObject({ status: 201, body: { orderId: first.body.orderId, state: 'APPROVED' } });
  });

  it('takes the same content in another order of fields for the same', async () => {
    const key = randomUUID();
    const first = await post({ customerId, lines: [{ sku: 'SKU-TOKEN', quantity: 1 }] }, { 'idempotency-key': key });
    const again = await post({ lines: [{ quantity: 1, sku: 'SKU-TOKEN' }], customerId }, { 'idempotency-key': key });
    expect(again).toMatchObject({ status: 202, body: first.body });
  });

  it('is refused for other content', async () => {
    const key = randomUUID();
    const first = await post({ customerId, lines: tokens(1) }, { 'idempotency-key': key });
    const other = await post({ customerId, lines: tokens(2) }, { 'idempotency-key': key });
    expect(other).toMatchObject({
      status: 422,
      body: { code: 'IDEMPOTENCY_KEY_REUSED', detail: expect.stringContaining(first.body.orderId) },
    });
  });

  it.each(['', 'with space', 'x'.repeat(256), 'é'])('is refused as a header when it is %j', async (key) => {
    expect(await post({ customerId, lines: tokens(1) }, { 'idempotency-key': key })).toMatchObject({
      status: 400,
      body: { code: 'INVALID_HEADER' },
    });
  });

  it('places nothing when the body is invalid, and can be used again for a valid one', async () => {
    const key = randomUUID();
    expect((await post({ customerId, lines: [] }, { 'idempotency-key': key })).status).toBe(422);
    expect((await post({ customerId, lines: tokens(1) }, { 'idempotency-key': key })).status).toBe(202);
  });
});

describe('GET /v1/orders', () => {
  it('lists, filters and pages', async () => {
    const placed = await Promise.all([1, 2, 3].map(() => placeOrder(customerId, 1)));
    await Promise.all(placed.map(({ sagaId }) => ended(sagaId)));
    const seen: string[] = [];
    for (let after = ''; ;) {
      const { body } = await call<Page<Order>>('GET', `/v1/orders?customerId=${customerId}&state=APPROVED&limit=50${after}`);
      for (const one of body.items) expect(one).toMatchObject({ customerId, state: 'APPROVED' });
      seen.push(...body.items.map(({ orderId }) => orderId));
      if (body.next === null) break;
      after = `&after=${body.next}`;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(expect.arrayContaining(placed.map(({ orderId }) => orderId)));
  });

  it('says that there is no such order', async () => {
    const path = `/v1/orders/${randomUUID()}`;
    const { status, headers, body } = await call('GET', path);
    expect(status).toBe(404);
    expect(headers.get('content-type')).toContain('application/problem+json');
    expect(body).toMatchObject({ status: 404, code: 'ORDER_NOT_FOUND', instance: path });
  });
});
