import { Client, Connection } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Order, OrderCommandAccepted } from '../../contracts/order/order.resource.js';
import type { Problem } from '../../contracts/values/problem.js';
import {
  call,
  clearFaults,
  ended,
  eventually,
  ledger,
  order,
  payments,
  placeOrder,
  richestCustomer,
  saga,
  setFault,
  tokens,
} from '../support/api.js';
import { unreachableAddress, startTestGateway } from '../support/gateway.harness.js';
import { system } from '../support/system.js';

let customerId: string;

beforeAll(async () => {
  customerId = await richestCustomer();
});
afterEach(clearFaults);

type Command = 'revise' | 'cancel' | 'pay' | 'ship';
const bodies: Record<Command, object | undefined> = {
  revise: { lines: tokens(3) },
  cancel: undefined,
  pay: { paymentMethod: 'pm_ok' },
  ship: undefined,
};
const send = (orderId: string, command: Command, body = bodies[command], headers: Record<string, string> = {}) =>
  call<OrderCommandAccepted & Order & Problem>('POST', `/v1/orders/${orderId}/${command}`, body, headers);
const wait = { prefer: 'wait=20' };

async function approved(euros = 2): Promise<string> {
  const { orderId, sagaId } = await placeOrder(customerId, euros);
  await ended(sagaId);
  expect(await order(orderId)).toMatchObject({ state: 'APPROVED' });
  return orderId;
}

/** The credit that the order has reserved, in euros. */
const reserved = async (orderId: string) =>
  (await ledger(customerId))
    .filter((entry) => entry.orderId === orderId)
    .reduce((sum, { amount }) => sum + amount.amount / 100, 0);

describe('POST /v1/orders/{orderId}/revise', () => {
  it('answers 202 and gives the order its new lines and as much credit', async () => {
    const orderId = await approved();
    const { status, headers, body } = await send(orderId, 'revise', { lines: tokens(5) });
    expect(status).toBe(202);
    const sagaId = `revise-order:${orderId}:1`;
    expect(body).toEqual({
      orderId,
      state: 'REVISION_PENDING',
      sagaId,
      links: {
        self: `/v1/orders/${orderId}`,
        saga: `/v1/sagas/${sagaId}`,
        temporalUi: expect.stringContaining(`/workflows/${sagaId}/`),
      },
    });
    expect(headers.get('location')).toBe(`/v1/orders/${orderId}`);
    expect(await ended(sagaId)).toMatchObject({
      type: 'reviseOrder',
      state: 'COMPLETED',
      businessId: orderId,
      customerId,
      links: { resource: `/v1/orders/${orderId}` },
    });
    expect(await order(orderId)).toMatchObject({ state: 'APPROVED', lines: [{ quantity: 5 }], total: { amount: 500 } });
    expect(await reserved(orderId)).toBe(5);
  });

  it.each([
    ['more than the credit', tokens(900_000), 'INSUFFICIENT_CREDIT'],
    ['an unknown product', [{ sku: 'NO-SUCH-THING', quantity: 1 }], 'UNKNOWN_PRODUCT'],
  ])('leaves the order as it was for %s, and says why', async (_, lines, code) => {
    const orderId = await approved();
    const { status, body } = await send(orderId, 'revise', { lines }, wait);
    expect(status).toBe(200);
    expect(body).toMatchObject({ state: 'APPROVED', lines: [{ quantity: 2 }], total: { amount: 200 }, lastRevision: { code } });
    expect(await reserved(orderId)).toBe(2);
  });

  it('shows from the moment of the 202', async () => {
    const orderId = await approved();
    await setFault({ participant: 'customer', operation: 'changeReservation', mode: 'error' });
    const { body } = await send(orderId, 'revise');
    expect(await order(orderId)).toMatchObject({
      state: 'REVISION_PENDING',
      pending: { command: 'revise', sagaId: body.sagaId, total: { amount: 300 } },
    });
    for (const command of ['revise', 'cancel', 'pay', 'ship'] as const)
      expect(await send(orderId, command)).toMatchObject({
        status: 409,
        body: { code: 'ORDER_STATE_CONFLICT', detail: expect.stringContaining(body.sagaId) },
      });
    await clearFaults();
    await ended(body.sagaId);
    expect(await order(orderId)).toMatchObject({ state: 'APPROVED', total: { amount: 300 } });
  });
});

describe('POST /v1/orders/{orderId}/cancel', () => {
  it('cancels the order and releases its credit', async () => {
    const orderId = await approved();
    expect(await send(orderId, 'cancel')).toMatchObject({ status: 202, body: { state: 'CANCEL_PENDING' } });
    await ended(`cancel-order:${orderId}:1`);
    expect(await order(orderId)).toMatchObject({ state: 'CANCELLED' });
    expect(await reserved(orderId)).toBe(0);
    for (const command of ['revise', 'cancel', 'pay', 'ship'] as const)
      expect(await send(orderId, command)).toMatchObject({
        status: 409,
        body: { code: 'ORDER_STATE_CONFLICT', detail: expect.stringContaining('CANCELLED') },
      });
  });

  it('takes the next number when a saga was terminated before the order service knew of it', async () => {
    const orderId = await approved();
    await setFault({ participant: 'order', operation: 'beginOrderCancellation', mode: 'error' });
    const first = await send(orderId, 'cancel');
    expect(first).toMatchObject({ status: 202, body: { sagaId: `cancel-order:${orderId}:1` } });
    const connection = await Connection.connect({ address: system().temporalAddress });
    await new Client({ connection }).workflow.getHandle(first.body.sagaId).terminate('a test');
    await connection.close();
    await clearFaults();
    expect(await send(orderId, 'cancel', undefined, wait)).toMatchObject({ status: 200, body: { state: 'CANCELLED' } });
    expect(await ended(`cancel-order:${orderId}:2`)).toMatchObject({ state: 'COMPLETED' });
  });
});

describe('POST /v1/orders/{orderId}/pay and /ship', () => {
  it('charges for the order, releases its credit and ships it', async () => {
    const orderId = await approved(4);
    expect(await send(orderId, 'ship')).toMatchObject({ status: 409, body: { code: 'ORDER_STATE_CONFLICT' } });
    expect(await send(orderId, 'pay')).toMatchObject({ status: 202, body: { state: 'PAYMENT_PENDING' } });
    await ended(`pay-order:${orderId}:1`);
    expect(await order(orderId)).toMatchObject({ state: 'PAID' });
    expect(await reserved(orderId)).toBe(0);
    expect(await payments(`orderId=${orderId}`)).toMatchObject([{ orderId, state: 'CAPTURED', amount: { amount: 400 } }]);

    const shipped = await send(orderId, 'ship');
    expect(shipped).toMatchObject({ status: 202, body: { orderId, sagaId: expect.stringMatching(/^ship-order:/) } });
    await ended(shipped.body.sagaId);
    expect(await order(orderId)).toMatchObject({ state: 'SHIPPED' });
  });

  it('says why the card was not charged, and lets another be tried', async () => {
    const orderId = await approved();
    const declined = await send(orderId, 'pay', { paymentMethod: 'pm_declined' }, wait);
    expect(declined).toMatchObject({ status: 200, body: { state: 'APPROVED', lastPayment: { code: 'CARD_DECLINED' } } });
    expect(await reserved(orderId)).toBe(2);
    expect(await send(orderId, 'pay', bodies.pay, wait)).toMatchObject({ status: 200, body: { state: 'PAID' } });
    expect((await payments(`orderId=${orderId}`)).map(({ state }) => state)).toEqual(['CAPTURED', 'DECLINED']);
  });

  it('is refused while a participant that it needs is unavailable; other commands are not', async () => {
    const orderId = await approved();
    const gateway = await startTestGateway({ PAYMENT_URL: `http://${unreachableAddress}` });
    try {
      const ask = (command: Command) =>
        fetch(`${gateway.url}/v1/orders/${orderId}/${command}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...wait },
          ...(bodies[command] === undefined ? {} : { body: JSON.stringify(bodies[command]) }),
        });
      const paid = await ask('pay');
      expect(paid.status).toBe(503);
      expect(await paid.json()).toMatchObject({ code: 'PARTICIPANT_UNAVAILABLE', detail: expect.stringContaining('payment') });
      expect((await ask('cancel')).status).toBe(200);
    } finally {
      await gateway.close();
    }
  });
});

describe('commands on one order', () => {
  it('are one saga of many alike at once', async () => {
    const orderId = await approved();
    const answers = await Promise.all(Array.from({ length: 10 }, () => send(orderId, 'cancel')));
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
    for (const { status, body } of answers.filter((answer) => answer.status !== 202))
      expect({ status, code: body.code }).toEqual({ status: 409, code: 'ORDER_STATE_CONFLICT' });
    await ended(`cancel-order:${orderId}:1`);
  });

  it('never interleave when they differ: a later one is answered with the conflict', async () => {
    const orderId = await approved();
    await setFault({ participant: 'customer', operation: 'changeReservation', mode: 'delay', delayMs: 400 });
    await setFault({ participant: 'customer', operation: 'releaseCredit', mode: 'delay', delayMs: 400 });
    const answers = await Promise.all((['revise', 'cancel', 'pay'] as const).map((command) => send(orderId, command)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([202, 409, 409]);
    await ended(answers.find(({ status }) => status === 202)!.body.sagaId);
  });

  it.each([
    ['more', 12],
    ['less', 5],
  ])('never interleave with a revision to %s whose credit cannot be changed yet', async (_, euros) => {
    const orderId = await approved(10);
    await setFault({ participant: 'customer', operation: 'changeReservation', mode: 'error' });
    const { body } = await send(orderId, 'revise', { lines: tokens(euros) });
    await eventually(
      () => saga(body.sagaId),
      ({ steps }) => steps.some(({ name, attempts }) => /^(raise|lower) reservation$/.test(name) && attempts > 0),
    );
    for (const command of ['revise', 'cancel', 'pay'] as const)
      expect(await send(orderId, command)).toMatchObject({
        status: 409,
        body: { code: 'ORDER_STATE_CONFLICT', detail: expect.stringContaining(body.sagaId) },
      });
    await clearFaults();
    expect(await ended(body.sagaId)).toMatchObject({ state: 'COMPLETED' });
    expect(await order(orderId)).toMatchObject({ state: 'APPROVED', total: { amount: euros * 100 } });
    expect(await reserved(orderId)).toBe(euros);
    expect(await send(orderId, 'revise', { lines: tokens(8) }, wait)).toMatchObject({ status: 200, body: { state: 'APPROVED' } });
    expect(await reserved(orderId)).toBe(8);
  });

  it('are answered alike for one key, then and after the end, and refused for other content', async () => {
    const orderId = await approved();
    const key = { 'idempotency-key': randomUUID() };
    const answers = await Promise.all(Array.from({ length: 10 }, () => send(orderId, 'revise', bodies.revise, key)));
    expect(new Set(answers.map(({ status, body }) => `${status} ${JSON.stringify(body)}`)).size).toBe(1);
    await ended(`revise-order:${orderId}:1`);
    await send(orderId, 'revise', { lines: tokens(1) }, wait);
    await send(orderId, 'cancel', undefined, wait);
    expect(await send(orderId, 'revise', bodies.revise, key)).toMatchObject({ status: 202, body: answers[0]!.body });
    expect(await send(orderId, 'revise', { lines: tokens(9) }, key)).toMatchObject({
      status: 422,
      body: { code: 'IDEMPOTENCY_KEY_REUSED', detail: expect.stringContaining(`revise-order:${orderId}:1`) },
    });
  });

  it('find an old key among many commands', async () => {
    const orderId = await approved();
    const key = { 'idempotency-key': randomUUID() };
    const first = await send(orderId, 'revise', bodies.revise, { ...key, ...wait });
    expect(first.status).toBe(200);
    for (let euros = 1; euros <= 11; euros++) await send(orderId, 'revise', { lines: tokens(euros) }, wait);
    expect(await send(orderId, 'revise', bodies.revise, key)).toMatchObject({
      status: 202,
      body: { sagaId: `revise-order:${orderId}:1` },
    });
  });

  it('wait for the order to be approved', async () => {
    await setFault({ participant: 'customer', operation: 'reserveCredit', mode: 'error' });
    const { orderId, sagaId } = await placeOrder(customerId, 1);
    expect(await send(orderId, 'cancel')).toMatchObject({
      status: 409,
      body: { code: 'ORDER_STATE_CONFLICT', detail: expect.stringContaining(sagaId) },
    });
    await clearFaults();
    await ended(sagaId);
  });

  it('say that there is no such order, and what is wrong with what they are given', async () => {
    for (const command of ['revise', 'cancel', 'pay', 'ship'] as const)
      expect(await send(randomUUID(), command)).toMatchObject({ status: 404, body: { code: 'ORDER_NOT_FOUND' } });
    expect(await send('x', 'revise', { lines: [] })).toMatchObject({ status: 422, body: { errors: [{ pointer: '/lines' }] } });
    expect(await send('x', 'pay', {})).toMatchObject({ status: 422, body: { errors: [{ pointer: '/paymentMethod' }] } });
    expect(await send('x', 'cancel', undefined, { 'idempotency-key': 'a b' })).toMatchObject({
      status: 400,
      body: { code: 'INVALID_HEADER' },
    });
  });
});
