import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { bookTripIds } from '../../workflows/book-trip/book-trip.contract.js';
import { cancelOrderIds } from '../../workflows/cancel-order/cancel-order.contract.js';
import { cancelTripIds } from '../../workflows/cancel-trip/cancel-trip.contract.js';
import { createOrderIds } from '../../workflows/create-order/create-order.contract.js';
import type { SagaType } from '../../workflows/outlines.js';
import { payOrderIds } from '../../workflows/pay-order/pay-order.contract.js';
import { reviseOrderIds } from '../../workflows/revise-order/revise-order.contract.js';
import { shipOrderIds } from '../../workflows/ship-order/ship-order.contract.js';
import { type MatrixSaga } from '../sagas/rollback-matrix.harness.js';
import {
  orderCancellation,
  orderCreation,
  orderPayment,
  orderRevision,
  orderShipment,
  tripBooking,
  tripCancellation,
} from '../sagas/matrix-sagas.harness.js';
import { tokens } from '../support/api.js';
import { plentifulTrip } from '../support/trips.js';

const EUROS = 7;

/** A saga of the matrix, as it is started, and what the world must look like after it. */
export interface SweptSaga {
  name: string;
  type: SagaType;
  sagaId(businessId: string): string;
  /** Without the policy. The same for each run. */
  request(businessId: string, customerId: string): object;
  /** The sagas that make what this one is about. */
  before: readonly SweptSaga[];
  /** Whether the saga waits for the approval of a person. */
  approval?: true;
  expectDone(businessId: string): Promise<void>;
  expectRolledBack(businessId: string): Promise<void>;
}

/** The world of a subject of the rollback matrix. The reason of a rollback is checked there. */
const worldOf = ({ expectDone, expectRolledBack }: MatrixSaga) => ({
  expectDone,
  expectRolledBack: (businessId: string) => expectRolledBack(businessId, expect.any(String) as string, false),
});

const createOrder: SweptSaga = {
  name: 'createOrder',
  type: 'createOrder',
  sagaId: createOrderIds.of,
  request: (orderId, customerId) => ({ orderId, customerId, lines: tokens(EUROS) }),
  before: [],
  ...worldOf(orderCreation('')),
};

const reviseOrder = (to: 'more' | 'less'): SweptSaga => ({
  name: `reviseOrder to ${to}`,
  type: 'reviseOrder',
  sagaId: (orderId) => reviseOrderIds.of(orderId, 1),
  request: (orderId) => ({ orderId, lines: tokens(to === 'more' ? EUROS + 2 : EUROS - 2) }),
  before: [createOrder],
  ...worldOf(orderRevision('', to)),
});

const cancelOrder: SweptSaga = {
  name: 'cancelOrder',
  type: 'cancelOrder',
  sagaId: (orderId) => cancelOrderIds.of(orderId, 1),
  request: (orderId) => ({ orderId }),
  before: [createOrder],
  ...worldOf(orderCancellation('')),
};

const payOrder: SweptSaga = {
  name: 'payOrder',
  type: 'payOrder',
  sagaId: (orderId) => payOrderIds.of(orderId, 1),
  request: (orderId) => ({ orderId, paymentMethod: 'pm_ok' }),
  before: [createOrder],
  ...worldOf(orderPayment('')),
};

const shipOrder: SweptSaga = {
  name: 'shipOrder',
  type: 'shipOrder',
  sagaId: (orderId) => shipOrderIds.of(orderId, 2),
  request: (orderId) => ({ orderId }),
  before: [createOrder, payOrder],
  ...worldOf(orderShipment('')),
};

/** Two parts that begin together: others would behave like them. */
const tripOfTwoParts = (tripId: string) => {
  const { customerId, paymentMethod, hotel, flights } = plentifulTrip();
  return { tripId, customerId, paymentMethod, hotel, flights };
};

const bookTrip: SweptSaga = {
  name: 'bookTrip',
  type: 'bookTrip',
  sagaId: bookTripIds.of,
  request: tripOfTwoParts,
  before: [],
  ...worldOf(tripBooking),
};

const bookTripWithApproval: SweptSaga = {
  ...bookTrip,
  name: 'bookTrip with approval',
  request: (tripId) => {
    const { hotel, customerId, paymentMethod } = tripOfTwoParts(tripId);
    const approval = { requiredAbove: { amount: 1, currency: 'EUR' }, withinMs: APPROVAL_WITHIN_MS };
    return { tripId, customerId, paymentMethod, hotel, approval, customerVerified: true };
  },
  approval: true,
};
/** Long enough for a decision that is made at once, on whatever machine. */
const APPROVAL_WITHIN_MS = 10_000;

const cancelTrip: SweptSaga = {
  name: 'cancelTrip',
  type: 'cancelTrip',
  sagaId: (tripId) => cancelTripIds.of(tripId, 1),
  request: (tripId) => ({ tripId }),
  before: [bookTrip],
  ...worldOf(tripCancellation),
};

/** All seven sagas; two of them come in two variants, which take different ways to their pivots. */
export const sweptSagas: readonly SweptSaga[] = [
  createOrder,
  reviseOrder('more'),
  reviseOrder('less'),
  cancelOrder,
  payOrder,
  shipOrder,
  bookTrip,
  bookTripWithApproval,
  cancelTrip,
];

export const newBusinessId = (): string => `MATRIX-${randomUUID()}`;
