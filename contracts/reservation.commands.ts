import { z } from 'zod';
import { Identifier } from './identifier.js';
import { Money } from './money.js';
import { reservationStates } from './reservation-state.js';

/**
 * How long a hold lasts that nobody confirms or cancels: `holdForMs` from its receipt, by the participant's clock, or until `holdUntil`, as
 * workflows said it once. A saga asks for a length, which is the same whenever it asks, and for longer than anything that it may still be
 * waiting for.
 */
const term = { holdForMs: z.int().min(1).optional(), holdUntil: z.iso.datetime().optional() };
export type HoldTerm = z.infer<z.ZodObject<typeof term>>;
export const holdTerm = ['holdForMs', 'holdUntil'] as const satisfies (keyof HoldTerm)[];

/** The check of every schema that has the term of a hold. */
export const hasOneTerm = ({ holdForMs, holdUntil }: HoldTerm): boolean =>
  (holdForMs === undefined) !== (holdUntil === undefined);
export const notOneTerm = { path: ['holdForMs'], error: 'must be given, or holdUntil instead of it' };

/** What every `reserve…` command has besides its request. A trip reserves once with a participant. */
export const reserveFields = { tripId: Identifier, ...term };

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
