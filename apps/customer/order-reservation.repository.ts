import type { TrimmableTable } from '../../libs/participant/retention.js';
import { type CustomerTransaction, readEntriesOfOrder } from './credit-ledger.repository.js';
import { type OrderReservation, reservationOf } from './order-reservation.js';

/**
 * The reservation of an order. Commands on one order wait here for each other until the transaction ends. Without that lock, a
 * reservation and a release of the same order could each miss the other, and credit would stay reserved for a rejected order.
 */
export async function lockReservation(tx: CustomerTransaction, orderId: string): Promise<OrderReservation> {
  // A separate statement, so that the next statement sees the changes that were committed during the wait.
  await tx.$executeRaw`select pg_advisory_xact_lock(hashtextextended(${`customer.reservation:${orderId}`}, 0))`;
  const entries = await readEntriesOfOrder(tx, orderId);
  if (entries.length > 0) return reservationOf(entries, false);
  return reservationOf([], (await tx.releasedOrder.findUnique({ where: { orderId } })) !== null);
}

/** Stores a tombstone for an order that has reserved nothing, so that a reservation that arrives later is refused. */
export async function insertTombstone(tx: CustomerTransaction, orderId: string): Promise<void> {
  await tx.releasedOrder.create({ data: { orderId } });
}

/** Whether a change of a reservation was restored, also if the change has not arrived yet. */
export async function isRestored(tx: CustomerTransaction, orderId: string, changeId: string): Promise<boolean> {
  return (await tx.restoredChange.findUnique({ where: { orderId_changeId: { orderId, changeId } } })) !== null;
}

/** Stores a tombstone for a change. Callers have locked the order, so the change itself waits for this lock or came before it. */
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
