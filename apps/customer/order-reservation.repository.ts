import { type CustomerTransaction, readEntriesOfOrder } from './credit-ledger.repository.js';
import { type OrderReservation, reservationOf } from './order-reservation.js';

/**
 * What an order has reserved, and the right to decide about it until the transaction ends: commands on one order wait here for each
 * other. Without that, a reservation and a release of the same order could each miss the other, and credit would stay reserved
 * for an order that has been taken back.
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

/** Whether a change of a reservation was restored, be it before the change has arrived. */
export async function isRestored(tx: CustomerTransaction, orderId: string, changeId: string): Promise<boolean> {
  return (await tx.restoredChange.findUnique({ where: { orderId_changeId: { orderId, changeId } } })) !== null;
}

/** Remembers that a change is restored. Callers hold the order's lock, so the change itself waits for this or has been before. */
export async function recordRestored(tx: CustomerTransaction, orderId: string, changeId: string): Promise<void> {
  await tx.restoredChange.createMany({ data: { orderId, changeId }, skipDuplicates: true });
}
