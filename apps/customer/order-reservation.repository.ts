import type { TrimmableTable } from '../../libs/participant/retention.js';
import { type CustomerTransaction, readEntriesOfOrder } from './credit-ledger.repository.js';
import { type OrderReservation, reservationOf } from './order-reservation.js';

/**
 * What an order has reserved. Commands on one order wait here for each other until the transaction ends. Without that lock, a
 * reservation and a release of the same order could each miss the other, and credit would stay reserved for a rejected order.
 */
export async function lockReservation(tx: CustomerTransaction, orderId: string): Promise<OrderReservation> {
  // A statement of its own: what is read next must be seen as of after the wait.
  await tx.$executeRaw`select pg_advisory_xact_lock(hashtextextended(${`customer.reservation:${orderId}`}, 0))`;
  const entries = await readEntriesOfOrder(tx, orderId);
  if (entries.length > 0) return reservationOf(entries, false);
  return reservationOf([], (await tx.releasedOrder.findUnique({ where: { orderId } })) !== null);
}

/** Remembers that an order that has reserved nothing is released, so that a reservation that is still on its way is refused. */
export async function insertTombstone(tx: CustomerTransaction, orderId: string): Promise<void> {
  await tx.releasedOrder.create({ data: { orderId } });
}

/** Whether a change of a reservation was restored, also if the change has not arrived yet. */
export async function isRestored(tx: CustomerTransaction, orderId: string, changeId: string): Promise<boolean> {
  return (await tx.restoredChange.findUnique({ where: { orderId_changeId: { orderId, changeId } } })) !== null;
}

/** Remembers that a change is restored. Callers hold the order's lock, so the change itself waits for this or has been before. */
export async function recordRestored(tx: CustomerTransaction, orderId: string, changeId: string): Promise<void> {
  await tx.restoredChange.createMany({ data: { orderId, changeId }, skipDuplicates: true });
}

/** The tombstones of releases and of restored changes. The ledger itself stays. */
export const creditTombstones: readonly TrimmableTable[] = [
  {
    table: 'released_order',
    trim: (database, before, limit) => database.$executeRaw`
      delete from released_order where order_id = any(array(
        select order_id from released_order where released_at < ${before} order by released_at limit ${limit} for update skip locked))`,
  },
  {
    table: 'restored_change',
    trim: (database, before, limit) => database.$executeRaw`
      delete from restored_change where ctid = any(array(
        select ctid from restored_change where restored_at < ${before} order by restored_at limit ${limit} for update skip locked))`,
  },
];
