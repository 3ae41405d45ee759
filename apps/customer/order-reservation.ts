import type { LedgerEntry } from '../../contracts/customer/credit.resource.js';
import type { Money } from '../../contracts/values/money.js';

/** The reservation of an order, from its entries. `null` money: it was released before it had reserved anything. */
export type OrderReservation =
  { state: 'NONE' } | { state: 'HELD'; customerId: string; amount: Money } | { state: 'RELEASED'; amount: Money | null };

/** Derives an order's reservation from its entries, in their order, and from whether it has a tombstone. */
export function reservationOf(entries: readonly LedgerEntry[], tombstone: boolean): OrderReservation {
  const [first] = entries;
  if (!first) return tombstone ? { state: 'RELEASED', amount: null } : { state: 'NONE' };
  const amount = { ...first.amount, amount: entries.reduce((sum, entry) => sum + entry.amount.amount, 0) };
  if (entries.some(({ kind }) => kind === 'RELEASED')) return { state: 'RELEASED', amount };
  return { state: 'HELD', customerId: first.customerId, amount };
}
