import { z } from 'zod';
import { Identifier } from './identifier.js';
import { Money } from './money.js';
import { reservationStates } from './reservation-state.js';

/**
 * What every `reserve…` command has besides its request. A trip reserves once with a participant. The hold ends at `holdUntil` unless it is
 * confirmed: whoever asks chooses it later than anything it may still be waiting for.
 */
export const reserveFields = { tripId: Identifier, holdUntil: z.iso.datetime() };

/**
 * `confirm…` and `cancel…`. Confirming what is CONFIRMED and cancelling what is CANCELLED are successes; a hold that has expired is confirmed
 * if there is still room. Cancelling takes back any reservation, also a CONFIRMED one; a trip never seen is remembered as
 * cancelled, so that a reservation that arrives later is refused.
 */
export const ReservationCommand = z.strictObject({ tripId: Identifier });
export type ReservationCommand = z.infer<typeof ReservationCommand>;

/** What `confirm…` and `cancel…` answer: the state that they left the reservation in. */
export const ReservationStateAnswer = z.object({ tripId: z.string(), state: z.enum(reservationStates) });
export type ReservationStateAnswer = z.infer<typeof ReservationStateAnswer>;

/** Something reserved: what was asked for, as it was asked, with the id and the price that it got. */
export const reservedItem = <Shape extends z.ZodRawShape>(request: Shape) =>
  z.object({ reservationId: z.string(), price: Money, ...request });

/** What `reserve…` answers: all of the request is held, at these prices. A repeat is answered the same while the hold lasts. */
export const holdAnswer = <Item extends z.ZodType>(item: Item) =>
  z.object({
    tripId: z.string(),
    state: z.literal('HELD'),
    price: Money.meta({ description: 'Of all items together' }),
    holdUntil: z.iso.datetime(),
    items: z.array(item),
  });

export interface HoldAnswer<Request> {
  tripId: string;
  state: 'HELD';
  price: Money;
  holdUntil: string;
  items: ({ reservationId: string; price: Money } & Request)[];
}
