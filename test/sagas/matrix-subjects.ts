import { expect } from 'vitest';
import type { OrderCommand } from '../../contracts/order-state.js';
import type { Order } from '../../contracts/order.resource.js';
import { call, ended, order, placeOrder, tokens } from '../support/api.js';
import { bookTrip, expectBooked, expectCancelled, expectNothingBooked, trip } from '../support/trips.js';
import { expectOrder } from './adds-up.js';
import type { MatrixSubject } from './matrix-run.js';

const euros = 7;
const totalling = (quantity: number) => ({
  lines: [{ sku: 'SKU-TOKEN', quantity, unitPrice: { amount: 100, currency: 'EUR' } }],
  total: { amount: quantity * 100, currency: 'EUR' },
});
const asApproved = { state: 'APPROVED', ...totalling(euros) } as const;

/** Sends a command; @returns its saga. */
async function command(path: string, body?: object): Promise<string> {
  const answer = await call<{ sagaId: string }>('POST', path, body);
  expect(answer.status, JSON.stringify(answer.body)).toBe(202);
  return answer.body.sagaId;
}

async function approvedOrder(customerId: string): Promise<string> {
  const { orderId, sagaId } = await placeOrder(customerId, euros);
  await ended(sagaId);
  await expectOrder(orderId, asApproved);
  return orderId;
}

async function paidOrder(customerId: string): Promise<string> {
  const orderId = await approvedOrder(customerId);
  await ended(await command(`/v1/orders/${orderId}/pay`, { paymentMethod: 'pm_ok' }));
  return orderId;
}

export const orderCreation = (customerId: string): MatrixSubject => ({
  saga: 'createOrder',
  start: async () => {
    const { orderId, sagaId } = await placeOrder(customerId, euros);
    return { sagaId, businessId: orderId };
  },
  expectDone: (orderId) => expectOrder(orderId, asApproved),
  expectTakenBack: async (orderId, code) => {
    await expectOrder(orderId, { state: 'REJECTED' });
    expect((await order(orderId)).rejection).toMatchObject({ code });
  },
});

interface OrderCommandSubject {
  saga: string;
  prepare: () => Promise<string>;
  command: [OrderCommand, object?];
  done: Partial<Order>;
  /** The order as it stands before, and afterwards if the command comes to nothing. */
  before: Partial<Order>;
  /** Where the order then says why. */
  saysWhy?: 'lastRevision' | 'lastCancellation' | 'lastPayment';
}

const onOrder = ({ saga, prepare, command: [name, body], done, before, saysWhy }: OrderCommandSubject): MatrixSubject => ({
  saga,
  prepare,
  start: async (orderId) => ({ sagaId: await command(`/v1/orders/${orderId}/${name}`, body), businessId: orderId }),
  expectDone: (orderId) => expectOrder(orderId, done),
  expectTakenBack: async (orderId, code, undone) => {
    await expectOrder(orderId, before);
    if (saysWhy && undone) expect((await order(orderId))[saysWhy]).toMatchObject({ code });
  },
});

/** More credit is reserved before the pivot and less after it, so these are two different sagas. */
export function orderRevision(customerId: string, to: 'more' | 'less'): MatrixSubject {
  const revised = to === 'more' ? euros + 2 : euros - 2;
  return onOrder({
    saga: `reviseOrder to ${to}`,
    prepare: () => approvedOrder(customerId),
    command: ['revise', { lines: tokens(revised) }],
    done: { state: 'APPROVED', ...totalling(revised) },
    before: asApproved,
    saysWhy: 'lastRevision',
  });
}

export const orderCancellation = (customerId: string): MatrixSubject =>
  onOrder({
    saga: 'cancelOrder',
    prepare: () => approvedOrder(customerId),
    command: ['cancel'],
    done: { ...asApproved, state: 'CANCELLED' },
    before: asApproved,
    saysWhy: 'lastCancellation',
  });

export const orderPayment = (customerId: string): MatrixSubject =>
  onOrder({
    saga: 'payOrder',
    prepare: () => approvedOrder(customerId),
    command: ['pay', { paymentMethod: 'pm_ok' }],
    done: { ...asApproved, state: 'PAID' },
    before: asApproved,
    saysWhy: 'lastPayment',
  });

export const orderShipment = (customerId: string): MatrixSubject =>
  onOrder({
    saga: 'shipOrder',
    prepare: () => paidOrder(customerId),
    command: ['ship'],
    done: { ...asApproved, state: 'SHIPPED' },
    before: { ...asApproved, state: 'PAID' },
  });

export const tripBooking: MatrixSubject = {
  saga: 'bookTrip',
  start: async () => {
    const { tripId, sagaId } = await bookTrip();
    return { sagaId, businessId: tripId };
  },
  expectDone: expectBooked,
  expectTakenBack: expectNothingBooked,
};

/** Long before the trip begins, so that all of its price is given back. */
export const tripCancellation: MatrixSubject = {
  saga: 'cancelTrip',
  prepare: async () => {
    const { tripId, sagaId } = await bookTrip();
    await ended(sagaId);
    await expectBooked(tripId);
    return tripId;
  },
  start: async (tripId) => ({ sagaId: await command(`/v1/trips/${tripId}/cancel`), businessId: tripId }),
  expectDone: expectCancelled,
  expectTakenBack: async (tripId, code, undone) => {
    await expectBooked(tripId);
    const { lastCancellation, pending } = await trip(tripId);
    expect(pending).toBeUndefined();
    if (undone) expect(lastCancellation).toMatchObject({ code });
  },
};
