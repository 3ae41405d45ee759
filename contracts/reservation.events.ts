import { z } from 'zod';
import { Money } from './money.js';

/**
 * The facts of a reservation, `<name>-held` to `<name>-expired`, over the items that were reserved. `price` and `holdUntil` are null, and there
 * are no items, where a trip was cancelled before it had reserved anything.
 */
export function reservationEvents<const Name extends string, Item extends z.ZodType>(name: Name, item: Item) {
  const reservation = { tripId: z.string(), price: Money, holdUntil: z.iso.datetime(), items: z.array(item).min(1) };
  const events = {
    [`${name}-held.v1`]: z.object(reservation),
    [`${name}-confirmed.v1`]: z.object(reservation),
    [`${name}-cancelled.v1`]: z.object({
      ...reservation,
      price: Money.nullable(),
      holdUntil: z.iso.datetime().nullable(),
      items: z.array(item),
    }),
    [`${name}-expired.v1`]: z.object(reservation),
  };
  return events as unknown as Record<`${Name}-${'held' | 'confirmed' | 'cancelled' | 'expired'}.v1`, z.ZodType>;
}
