import { z } from 'zod';
import { Money } from '../values/money.js';

/**
 * The facts of a reservation, `<name>-held` to `<name>-expired`, over the items that were reserved. `price` and `holdUntil` of `<name>-cancelled`
 * may be null: a trip can be cancelled before it has reserved anything.
 * @param sample an item, for the examples
 */
export function reservationEvents<const Name extends string, Item extends z.ZodType<{ price: Money }>>(
  name: Name,
  item: Item,
  sample: z.infer<Item>,
) {
  const held = { tripId: 'TRIP-1', price: sample.price, holdUntil: '2027-01-04T12:00:00.000Z', items: [sample] };
  const never = { tripId: 'TRIP-2', price: null, holdUntil: null, items: [] };
  const reservation = { tripId: z.string(), price: Money, holdUntil: z.iso.datetime(), items: z.array(item).min(1) };
  const events = {
    [`${name}-held.v1`]: z
      .object(reservation)
      .meta({ description: 'The items are held for a trip; nobody else can reserve them.', examples: [held] }),
    [`${name}-confirmed.v1`]: z
      .object(reservation)
      .meta({ description: 'The items are booked: the hold no longer expires.', examples: [held] }),
    [`${name}-cancelled.v1`]: z
      .object({
        ...reservation,
        price: Money.nullable(),
        holdUntil: z.iso.datetime().nullable(),
        items: z.array(item),
      })
      .meta({
        description:
          'The items are released. Only old events have no price, end and items: of trips that were cancelled before they had reserved anything.',
        examples: [held, never],
      }),
    [`${name}-expired.v1`]: z
      .object(reservation)
      .meta({ description: 'The hold expired unconfirmed; the items are released.', examples: [held] }),
  };
  return events as unknown as Record<`${Name}-${'held' | 'confirmed' | 'cancelled' | 'expired'}.v1`, z.ZodType>;
}
