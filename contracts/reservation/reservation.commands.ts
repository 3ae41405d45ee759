import { z } from 'zod';
import { Identifier } from '../values/identifier.js';
import { Money } from '../values/money.js';
import { reservationStates } from './reservation-state.js';

/**
 * How long a hold lasts that nobody confirms or cancels, from its receipt and by the participant's clock. A saga gives the same length whenever
 * it sends the command, longer than any time that it may still have to wait.
 */
const term = { holdForMs: z.int().min(1) };
export type HoldTerm = z.infer<z.ZodObject<typeof term>>;
/** A repeat with another length is the same reservation. */
export const holdTerm = ['holdForMs'] as const satisfies (keyof HoldTerm)[];

/** What every `reserve…` command has besides its request. A trip reserves once with a participant. */
export const reserveFields = { tripId: Identifier, ...term };

/**
 * `confirm…` and `cancel…`. Confirming what is CONFIRMED and cancelling what is CANCELLED are successes; a hold that has expired is confirmed
 * if there is still room. Cancelling releases any reservation, also a CONFIRMED one. An unknown trip gets a tombstone,
 * so that a reservation that arrives later is refused.
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
    price: Money.meta({ description: 'Price of all items together' }),
    items: z.array(item),
  });

export interface HoldAnswer<Request> {
  tripId: string;
  state: 'HELD';
  price: Money;
  items: ({ reservationId: string; price: Money } & Request)[];
}
