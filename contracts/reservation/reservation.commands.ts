import { z } from 'zod';
import { Identifier } from '../values/identifier.js';
import { Money } from '../values/money.js';
import { reservationStates } from './reservation-state.js';

/**
 * How long a hold lasts without a confirmation or a cancellation, from its receipt and by the participant's clock. A saga sends the same
 * length with every attempt. It is longer than the saga may still wait.
 */
const term = { holdForMs: z.int().min(1) };
export type HoldTerm = z.infer<z.ZodObject<typeof term>>;
/** A repeat with another length is the same reservation. */
export const holdTerm = ['holdForMs'] as const satisfies (keyof HoldTerm)[];

/** The fields of every `reserve…` command besides its request. A trip reserves once with a participant. */
export const reserveFields = { tripId: Identifier, ...term };

/**
 * `confirm…` and `cancel…`. To confirm a CONFIRMED or to cancel a CANCELLED reservation is a success. An expired hold is confirmed if there
 * is still capacity. `cancel…` releases any reservation, also a CONFIRMED one. An unknown trip gets a tombstone, so that a reservation
 * that arrives later is refused.
 */
export const ReservationCommand = z.strictObject({ tripId: Identifier });
export type ReservationCommand = z.infer<typeof ReservationCommand>;

/** The answer of `confirm…` and `cancel…`: the state of the reservation after the command. */
export const ReservationStateAnswer = z.object({ tripId: z.string(), state: z.enum(reservationStates) });
export type ReservationStateAnswer = z.infer<typeof ReservationStateAnswer>;

/** A reserved item: its request, with its id and its price. */
export const reservedItem = <Shape extends z.ZodRawShape>(request: Shape) =>
  z.object({ reservationId: z.string(), price: Money, ...request });

/** The answer of `reserve…`: the whole request is held, at these prices. A repeat gets the same answer while the hold lasts. */
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
