import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { orderEvents } from '../../contracts/order.events.js';
import { system } from '../support/system.js';
import { describeConformance } from './participant-conformance.js';
import { ParticipantProbe } from './participant-probe.js';

const order = new ParticipantProbe('order', () => system().orderUrl);

function creation(quantity = 3) {
  const orderId = randomUUID();
  return { orderId, customerId: 'CUST-ALICE', lines: [{ sku: 'SKU-TOKEN', quantity }], sagaId: `create-order:${orderId}` };
}

describeConformance(order, {
  effect: () => {
    const body = creation();
    const otherBody = { ...body, lines: [{ sku: 'SKU-TOKEN', quantity: 4 }] };
    return { operation: 'createOrder', body, otherBody, aggregate: { type: 'order', id: body.orderId } };
  },
  refusal: () => ({ operation: 'approveOrder', body: { orderId: randomUUID() }, code: 'ORDER_NOT_FOUND' }),
});

describe('order', () => {
  const rejection = { code: 'ABORTED', detail: 'a test' };
  const read = (orderId: string) => order.get(`/orders/${orderId}`);

  it('prices an order from the catalogue', async () => {
    const body = {
      ...creation(),
      lines: [
        { sku: 'SKU-TOKEN', quantity: 2 },
        { sku: 'SKU-TENT', quantity: 1 },
      ],
    };
    expect((await order.send('createOrder', body)).body).toMatchObject({ total: { amount: 200 + 24_900, currency: 'EUR' } });
  });

  it('refuses a creation that comes after its rejection, and keeps what was asked for', async () => {
    const { orderId, ...particulars } = creation();
    expect((await order.send('rejectOrder', { orderId, rejection, order: particulars })).status).toBe(200);
    expect((await order.send('createOrder', { orderId, ...particulars })).body).toMatchObject({
      status: 409,
      code: 'ORDER_STATE_CONFLICT',
    });
    expect((await read(orderId)).body).toMatchObject({ state: 'REJECTED', rejection, total: { amount: 300 } });
  });

  it('needs no more than the id to refuse a late creation', async () => {
    const body = creation();
    expect((await order.send('rejectOrder', { orderId: body.orderId, rejection })).status).toBe(200);
    expect((await order.send('createOrder', body)).status).toBe(409);
    expect((await read(body.orderId)).body).toMatchObject({ status: 404, code: 'ORDER_NOT_FOUND' });
  });

  it('lets one of a creation and a rejection that race win, and never leaves the order standing', async () => {
    const orders = Array.from({ length: 20 }, () => creation());
    await Promise.all(
      orders.flatMap(({ orderId, ...particulars }) => [
        order.send('createOrder', { orderId, ...particulars }),
        order.send('rejectOrder', { orderId, rejection, order: particulars }),
      ]),
    );
    const states = await Promise.all(orders.map(async ({ orderId }) => (await read(orderId)).body));
    for (const body of states) expect(body).toMatchObject({ state: 'REJECTED' });
  });

  it('makes only the transitions of its table', async () => {
    const body = creation();
    const { orderId } = body;
    await order.send('createOrder', body);
    expect((await order.send('approveOrder', { orderId })).body).toMatchObject({ state: 'APPROVED' });
    expect((await order.send('approveOrder', { orderId })).body).toMatchObject({ state: 'APPROVED' });
    expect((await order.send('rejectOrder', { orderId, rejection })).body).toMatchObject({
      status: 409,
      code: 'ORDER_STATE_CONFLICT',
    });
    expect((await order.send('createOrder', body)).body).toMatchObject({ status: 409, code: 'ORDER_STATE_CONFLICT' });
  });

  it('says each change of state in an event that the catalogue of events knows, version by version', async () => {
    const body = creation();
    const rejected = { orderId: randomUUID(), rejection };
    await order.send('createOrder', body);
    await order.send('approveOrder', { orderId: body.orderId });
    await order.send('rejectOrder', rejected);
    const rows = await order.rows<{ type: string; type_version: number; aggregate_version: number; data: string }>(
      'select type, type_version, aggregate_version, data from outbox where aggregate_id = any($1) order by id',
      [body.orderId, rejected.orderId],
    );
    expect(rows.map(({ type, aggregate_version }) => [type, aggregate_version])).toEqual([
      ['order.placed', 1],
      ['order.approved', 2],
      ['order.rejected', 1],
    ]);
    for (const { type, type_version, data } of rows) {
      const schema = orderEvents[`${type}.v${type_version}` as keyof typeof orderEvents];
      expect(schema.safeParse(JSON.parse(data)).error).toBeUndefined();
    }
  });

  it('records an order for an unknown product as rejected', async () => {
    const body = { ...creation(), lines: [{ sku: 'SKU-GONE', quantity: 1 }] };
    expect((await order.send('createOrder', body)).body).toMatchObject({ status: 409, code: 'UNKNOWN_PRODUCT' });
    expect((await read(body.orderId)).body).toMatchObject({
      state: 'REJECTED',
      rejection: { code: 'UNKNOWN_PRODUCT' },
      lines: [{ unitPrice: { amount: 0 } }],
    });
  });
});
