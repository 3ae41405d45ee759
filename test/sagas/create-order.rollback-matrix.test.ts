import { expect, it } from 'vitest';
import { credit, ended, ledger, order, placeOrder, richestCustomer } from '../support/api.js';
import { describeRollbackMatrix } from './rollback-matrix.js';

const customerId = await richestCustomer();
const euros = 7;

let reservedBefore: number;
const reservedNow = async () => (await credit(customerId)).reserved.amount;
const entriesOf = async (orderId: string) => (await ledger(customerId)).filter((entry) => entry.orderId === orderId);

const start = async () => {
  const { orderId, sagaId } = await placeOrder(customerId, euros);
  return { sagaId, businessId: orderId };
};

const { steps } = await ended((await start()).sagaId);

it('is run for every step of createOrder', () => {
  expect(steps.map(({ name, kind }) => [name, kind])).toEqual([
    ['create order', 'compensable'],
    ['reserve credit', 'compensable'],
    ['approve order', 'pivot'],
  ]);
});

describeRollbackMatrix(
  {
    saga: 'createOrder',
    start,
    before: async () => {
      reservedBefore = await reservedNow();
    },
    expectDone: async (orderId) => {
      expect(await order(orderId)).toMatchObject({ state: 'APPROVED', total: { amount: euros * 100, currency: 'EUR' } });
      expect((await entriesOf(orderId)).map(({ kind, amount }) => [kind, amount.amount])).toEqual([['RESERVED', euros * 100]]);
      expect(await reservedNow()).toBe(reservedBefore + euros * 100);
    },
    expectTakenBack: async (orderId, code) => {
      expect(await order(orderId)).toMatchObject({ state: 'REJECTED', rejection: { code } });
      expect((await entriesOf(orderId)).reduce((total, { amount }) => total + amount.amount, 0)).toBe(0);
      expect(await reservedNow()).toBe(reservedBefore);
    },
  },
  steps,
);
