import { z } from 'zod';
import { Identifier } from '../values/identifier.js';
import { Money } from '../values/money.js';

const NonNegativeMoney = Money.extend({ amount: z.int().min(0) });

/**
 * Reserves credit for an order, once. A repeat gets the same answer. Another amount or customer is refused. Refused above the limit,
 * and after the order was released.
 */
export const ReserveCreditCommand = z.strictObject({ customerId: Identifier, orderId: Identifier, amount: NonNegativeMoney });
export type ReserveCreditCommand = z.infer<typeof ReserveCreditCommand>;

const changeId = z.string().min(1).max(200).meta({ description: 'The id of the operation that changes the reservation' });

/**
 * Changes the reservation of an order to `amount`. A raise is refused above the limit, a lower amount never. Refused for a `changeId`
 * that has been restored already.
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
 * Releases the credit that an order has reserved: the compensation of `reserveCredit`. Never refused. An unknown order gets a
 * tombstone, so that a reservation that arrives later is refused.
 */
export const ReleaseCreditCommand = z.strictObject({ orderId: Identifier });
export type ReleaseCreditCommand = z.infer<typeof ReleaseCreditCommand>;

/** Changes nothing. Refused for a customer that does not exist. */
export const CheckCustomerCommand = z.strictObject({ customerId: Identifier });
export type CheckCustomerCommand = z.infer<typeof CheckCustomerCommand>;
export const CheckCustomerAnswer = z.object({ customerId: z.string(), state: z.string() });
export type CheckCustomerAnswer = z.infer<typeof CheckCustomerAnswer>;

/** The reservation of the order after a command: 0 after a release, null if it was released before it had reserved anything. */
export const ReservationAnswer = z.object({ orderId: z.string(), reserved: Money.nullable() });
export type ReservationAnswer = z.infer<typeof ReservationAnswer>;
