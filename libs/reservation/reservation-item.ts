import type { Money } from '../../contracts/values/money.js';

/** One thing that a trip asks for: so many units of a resource on every day of a range, both ends included. */
export interface RequestedItem {
  resource: string;
  firstDay: string;
  lastDay: string;
  units: number;
  /** The request in the participant's own terms. Readers see it unchanged. */
  request: object;
}

export interface ReservedItem extends RequestedItem {
  reservationId: string;
  price: Money;
}

/** The item as others see it. */
export const toItem = ({ reservationId, price, request }: ReservedItem) => ({ reservationId, price, ...request });

export function totalOf(items: readonly Pick<ReservedItem, 'price'>[]): Money | null {
  const [first] = items;
  if (!first) return null;
  // A service has its catalogue in one currency.
  return { amount: items.reduce((sum, { price }) => sum + price.amount, 0), currency: first.price.currency };
}
