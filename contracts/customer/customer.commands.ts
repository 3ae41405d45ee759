import { z } from 'zod';
import { Identifier } from '../values/identifier.js';
import { Money } from '../values/money.js';

const NonNegativeMoney = Money.extend({ amount: z.int().min(0) });

/**
 * Reserves credit for an order, once: the same again is answered the same, another amount or customer is refused. Refused above the
 * limit, and after the order was released.
 */
export const ReserveCreditCommand = z.strictObject({ customerId: Identifier, orderId: Identifier, amount: NonNegativeMoney });
export type ReserveCreditCommand = z.infer<typeof ReserveCreditCommand>;

const changeId = z.string().min(1).max(200).meta({ description: 'The id of the operation that changes the reservation' });

/**
 * Changes what an order has reserved to `amount`. A raise is refused above the limit; less than before can always be had. Refused to a
 * `changeId` that has been restored already.
 */
export const ChangeReservationCommand = z.strictObject({ orderId: Identifier, changeId, amount: NonNegativeMoney });
export type ChangeReservationCommand = z.infer<typeof ChangeReservationCommand>;

/**
 * Releases what a change has added to the order's reservation: the compensation of a raise by `changeReservation`. Never refused. It leaves a
 * tombstone for the change, so that the change is refused when it arrives later.
 */
export const RestoreReservationCommand = z.strictObject({ orderId: Identifier, changeId });
export type RestoreReservationCommand = z.infer<typeof RestoreReservationCommand>;

/**
 * Gives back what an order has reserved, the compensation of `reserveCredit`. Never refused; an order never seen is remembered as released,
 * so that a reservation that arrives later is refused.
 */
export const ReleaseCreditCommand = z.strictObject({ orderId: Identifier });
export type ReleaseCreditCommand = z.infer<typeof ReleaseCreditCommand>;

/** Refused for a customer that does not exist; changes nothing. */
export const CheckCustomerCommand = z.strictObject({ customerId: Identifier });
export type CheckCustomerCommand = z.infer<typeof CheckCustomerCommand>;
export const CheckCustomerAnswer = z.object({ customerId: z.string(), state: z.string() });
export type CheckCustomerAnswer = z.infer<typeof CheckCustomerAnswer>;

/** What the order has reserved after a command: 0 after a release, null when it was released without ever having reserved. */
export const ReservationAnswer = z.object({ orderId: z.string(), reserved: Money.nullable() });
export type ReservationAnswer = z.infer<typeof ReservationAnswer>;
