import { expect } from 'vitest';
import { reservationParticipants } from '../../apps/gateway/queries/reservation-reader.service.js';
import type { Order } from '../../contracts/order/order.resource.js';
import { ParticipantProbe } from '../services/participant.harness.js';
import { credit, ledger, order, ordersOf, payments } from '../support/api.js';
import { system } from '../support/system.js';

const sum = (amounts: readonly number[]) => amounts.reduce((total, amount) => total + amount, 0);

/** What an order that no saga is about has reserved of its customer's credit. */
const reserves = ({ state, total }: Order) => (state === 'APPROVED' ? total.amount : 0);

/** The order is as expected and no saga is about it; it has the credit and the money that go with its state, and nothing besides. */
export async function expectOrder(orderId: string, expected: Partial<Order>): Promise<void> {
  const read = await order(orderId);
  expect(read).toMatchObject(expected);
  expect(read.pending).toBeUndefined();
  const entries = (await ledger(read.customerId)).filter((entry) => entry.orderId === orderId);
  expect(sum(entries.map(({ amount }) => amount.amount))).toBe(reserves(read));
  const charged = (await payments(`orderId=${orderId}`)).filter(({ state }) => state !== 'VOIDED' && state !== 'DECLINED');
  const paid = read.state === 'PAID' || read.state === 'SHIPPED';
  expect(charged.map(({ state, amount }) => ({ state, amount }))).toEqual(
    paid ? [{ state: 'CAPTURED', amount: read.total }] : [],
  );
}

/** Three accounts of one thing agree: the customer's credit, the entries of the ledger, the orders that stand. */
export async function expectCreditAddsUp(customerId: string): Promise<void> {
  const { reserved, limit, available } = await credit(customerId);
  const entries = (await ledger(customerId)).filter(({ orderId }) => orderId !== null);
  expect(sum(entries.map(({ amount }) => amount.amount))).toBe(reserved.amount);
  expect(sum((await ordersOf(customerId)).map(reserves))).toBe(reserved.amount);
  expect(available.amount).toBe(limit.amount - reserved.amount);
  expect(available.amount).toBeGreaterThanOrEqual(0);
}

/** Of everything that can be reserved, on every day: what is not free is held or confirmed by somebody, and it is not more than there is. */
export async function expectInventoryAddsUp(): Promise<void> {
  for (const participant of reservationParticipants) {
    const probe = new ParticipantProbe(participant, () => system()[`${participant}Url`]);
    const wrong = await probe.rows(`
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
