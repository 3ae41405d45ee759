import { expect } from 'vitest';
import type { OrderCommand } from '../../contracts/order/order-state.js';
import type { Order } from '../../contracts/order/order.resource.js';
import type { Page } from '../../contracts/values/page.js';
import type { SagaSummary } from '../../contracts/saga/saga.resource.js';
import { call, ended, eventually, order, placeOrder, tokens } from '../support/api.js';
import { bookTrip, expectBooked, expectCancelled, expectNothingBooked, trip } from '../support/trips.js';
import { expectOrder } from './consistency.harness.js';
import type { MatrixSaga } from './rollback-matrix.harness.js';

const euros = 7;
const totalling = (quantity: number) => ({
  lines: [{ sku: 'SKU-TOKEN', quantity, unitPrice: { amount: 100, currency: 'EUR' } }],
  total: { amount: quantity * 100, currency: 'EUR' },
});
const asApproved = { state: 'APPROVED', ...totalling(euros) } as const;

type Changed = { noun: 'order' | 'trip'; businessId: string };

/**
 * Sends a command on an order or a trip. @returns its saga. An injected refusal may end the saga before the answer, which then is that
 * refusal.
 */
async function command({ noun, businessId }: Changed, name: string, body?: object): Promise<string> {
  const answer = await call<{ sagaId: string }>('POST', `/v1/${noun}s/${businessId}/${name}`, body);
  if (answer.status === 202) return answer.body.sagaId;
  expect(answer, JSON.stringify(answer.body)).toMatchObject({
    status: 409,
    body: { detail: expect.stringContaining('on demand') },
  });
  const type = `${name}${noun.replace(/^./, (letter) => letter.toUpperCase())}`;
  const { body: ran } = await eventually(
    () => call<Page<SagaSummary>>('GET', `/v1/sagas?type=${type}&businessId=${businessId}`),
    (found) => found.body.items.length > 0,
  );
  return ran.items[0]!.sagaId;
}

async function approvedOrder(customerId: string): Promise<string> {
  const { orderId, sagaId } = await placeOrder(customerId, euros);
  await ended(sagaId);
  await expectOrder(orderId, asApproved);
  return orderId;
}

async function paidOrder(customerId: string): Promise<string> {
  const orderId = await approvedOrder(customerId);
  await ended(await command({ noun: 'order', businessId: orderId }, 'pay', { paymentMethod: 'pm_ok' }));
  return orderId;
}

export const orderCreation = (customerId: string): MatrixSaga => ({
  saga: 'createOrder',
  start: async () => {
    const { orderId, sagaId } = await placeOrder(customerId, euros);
    return { sagaId, businessId: orderId };
  },
  expectDone: (orderId) => expectOrder(orderId, asApproved),
  expectRolledBack: async (orderId, code) => {
    await expectOrder(orderId, { state: 'REJECTED' });
    expect((await order(orderId)).rejection).toMatchObject({ code });
  },
});

interface OrderCommandSubject {
  saga: string;
  prepare: () => Promise<string>;
  command: [OrderCommand, object?];
  done: Partial<Order>;
  /** The order before the saga, and after a rollback. */
  before: Partial<Order>;
  /** The field of the order that has the reason. */
  reasonField?: 'lastRevision' | 'lastCancellation' | 'lastPayment';
}

const onOrder = ({ saga, prepare, command: [name, body], done, before, reasonField }: OrderCommandSubject): MatrixSaga => ({
  saga,
  prepare,
  start: async (businessId) => ({ sagaId: await command({ noun: 'order', businessId }, name, body), businessId }),
  expectDone: (orderId) => expectOrder(orderId, done),
  expectRolledBack: async (orderId, code, undone) => {
    await expectOrder(orderId, before);
    if (reasonField && undone) expect((await order(orderId))[reasonField]).toMatchObject({ code });
  },
});

/** Credit is reserved before the pivot and released by it, so a revision to more and one to less have different steps. */
export function orderRevision(customerId: string, to: 'more' | 'less'): MatrixSaga {
  const revised = to === 'more' ? euros + 2 : euros - 2;
  return onOrder({
    saga: `reviseOrder to ${to}`,
    prepare: () => approvedOrder(customerId),
    command: ['revise', { lines: tokens(revised) }],
    done: { state: 'APPROVED', ...totalling(revised) },
    before: asApproved,
    reasonField: 'lastRevision',
  });
}

export const orderCancellation = (customerId: string): MatrixSaga =>
  onOrder({
    saga: 'cancelOrder',
    prepare: () => approvedOrder(customerId),
    command: ['cancel'],
    done: { ...asApproved, state: 'CANCELLED' },
    before: asApproved,
    reasonField: 'lastCancellation',
  });

export const orderPayment = (customerId: string): MatrixSaga =>
  onOrder({
    saga: 'payOrder',
    prepare: () => approvedOrder(customerId),
    command: ['pay', { paymentMethod: 'pm_ok' }],
    done: { ...asApproved, state: 'PAID' },
    before: asApproved,
    reasonField: 'lastPayment',
  });

export const orderShipment = (customerId: string): MatrixSaga =>
  onOrder({
    saga: 'shipOrder',
    prepare: () => paidOrder(customerId),
    command: ['ship'],
    done: { ...asApproved, state: 'SHIPPED' },
    before: { ...asApproved, state: 'PAID' },
  });

export const tripBooking: MatrixSaga = {
  saga: 'bookTrip',
  start: async () => {
    const { tripId, sagaId } = await bookTrip();
    return { sagaId, businessId: tripId };
  },
  expectDone: expectBooked,
  expectRolledBack: expectNothingBooked,
};

/** Long before the trip begins, so that the whole price is refunded. */
export const tripCancellation: MatrixSaga = {
  saga: 'cancelTrip',
  prepare: async () => {
    const { tripId, sagaId } = await bookTrip();
    await ended(sagaId);
    await expectBooked(tripId);
    return tripId;
  },
  start: async (businessId) => ({ sagaId: await command({ noun: 'trip', businessId }, 'cancel'), businessId }),
  expectDone: expectCancelled,
  expectRolledBack: async (tripId, code, undone) => {
    await expectBooked(tripId);
    const { lastCancellation, pending } = await trip(tripId);
    expect(pending).toBeUndefined();
    if (undone) expect(lastCancellation).toMatchObject({ code });
  },
};
