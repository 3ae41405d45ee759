import { z } from 'zod';
import { Identifier } from './identifier.js';
import { Money } from './money.js';

const PositiveMoney = Money.extend({ amount: z.int().min(0) });

/** Reserves credit for an order; refused above the limit, and after the order's reservation was released. */
export const ReserveCreditCommand = z.strictObject({ customerId: Identifier, orderId: Identifier, amount: PositiveMoney });
export type ReserveCreditCommand = z.infer<typeof ReserveCreditCommand>;

/** Changes what an order has reserved to `amount`; a raise is refused above the limit. */
export const ChangeReservationCommand = z.strictObject({ orderId: Identifier, amount: PositiveMoney });
export type ChangeReservationCommand = z.infer<typeof ChangeReservationCommand>;

/** Gives back what an order has reserved, the compensation of `reserveCredit`. For an order never seen it leaves a tombstone. */
export const ReleaseCreditCommand = z.strictObject({ orderId: Identifier });
export type ReleaseCreditCommand = z.infer<typeof ReleaseCreditCommand>;

/** What the order has reserved after a command; 0 after a release. */
export const ReservationAnswer = z.object({ orderId: z.string(), reserved: Money.nullable() });
export type ReservationAnswer = z.infer<typeof ReservationAnswer>;
