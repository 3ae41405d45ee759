import { expect } from 'vitest';
import { reservationParticipants } from '../../contracts/participant/participants.js';
import type { Order } from '../../contracts/order/order.resource.js';
import { ParticipantHarness } from '../services/participant.harness.js';
import { credit, ledger, order, ordersOf, payments } from '../support/api.js';
import { system } from '../support/system.js';

const sum = (amounts: readonly number[]) => amounts.reduce((total, amount) => total + amount, 0);

/** The credit that an order reserves while no saga changes it. */
const reservedBy = ({ state, total }: Order) => (state === 'APPROVED' ? total.amount : 0);

/** Asserts that the order is as expected, that no saga changes it, and that its credit and payment fit its state. */
export async function expectOrder(orderId: string, expected: Partial<Order>): Promise<void> {
  const read = await order(orderId);
  expect(read).toMatchObject(expected);
  expect(read.pending).toBeUndefined();
  const entries = (await ledger(read.customerId)).filter((entry) => entry.orderId === orderId);
  expect(sum(entries.map(({ amount }) => amount.amount))).toBe(reservedBy(read));
  const charged = (await payments(`orderId=${orderId}`)).filter(({ state }) => state !== 'VOIDED' && state !== 'DECLINED');
  const paid = read.state === 'PAID' || read.state === 'SHIPPED';
  expect(charged.map(({ state, amount }) => ({ state, amount }))).toEqual(
    paid ? [{ state: 'CAPTURED', amount: read.total }] : [],
  );
}

/** Asserts that the customer's credit, the entries of the ledger and the valid orders agree. */
export async function assertCreditConsistent(customerId: string): Promise<void> {
  const { reserved, limit, available } = await credit(customerId);
  const entries = (await ledger(customerId)).filter(({ orderId }) => orderId !== null);
  expect(sum(entries.map(({ amount }) => amount.amount))).toBe(reserved.amount);
  expect(sum((await ordersOf(customerId)).map(reservedBy))).toBe(reserved.amount);
  expect(available.amount).toBe(limit.amount - reserved.amount);
  expect(available.amount).toBeGreaterThanOrEqual(0);
}

/** Asserts for every resource and day that the taken units are held or confirmed by reservations, and within the capacity. */
export async function assertInventoryConsistent(): Promise<void> {
  for (const participant of reservationParticipants) {
    const harness = new ParticipantHarness(participant, () => system()[`${participant}Url`]);
    const wrong = await harness.rows(`
      select resource_id, day::text, capacity, coalesce(taken, 0) as taken, coalesce(claimed.units, 0) as claimed
      from (
        select resource_id, day::date, sum(units)::int as units
        from reservation_item join reservation using (trip_id), generate_series(first_day, last_day, interval '1 day') as day
        where state in ('HELD', 'CONFIRMED') group by resource_id, day::date
      ) claimed full join allotment using (resource_id, day)
      where coalesce(taken, 0) <> coalesce(claimed.units, 0) or taken > capacity or taken < 0`);
    expect(wrong, participant).toEqual([]);
  }
}
