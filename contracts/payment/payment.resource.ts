import { z } from 'zod';
import { Identifier } from '../values/identifier.js';
import { Money } from '../values/money.js';
import { pageQuery } from '../values/page.js';
import { paymentStates } from './payment-state.js';

/** Why the bank declined; `code` is stable. */
export const Decline = z.object({ code: z.string(), detail: z.string() }).meta({ id: 'Decline' });
export type Decline = z.infer<typeof Decline>;

/** A payment as every reader sees it. The paid amount is `amount` − `refunded` while it is CAPTURED or REFUNDED, and otherwise 0. */
export const Payment = z
  .object({
    paymentId: z.string(),
    customerId: z.string(),
    tripId: z.string().optional(),
    orderId: z.string().optional(),
    state: z.enum(paymentStates).meta({ description: 'REFUNDED as soon as any part was refunded; `refunded` is the amount' }),
    amount: Money,
    refunded: Money,
    decline: Decline.optional(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Payment' });
export type Payment = z.infer<typeof Payment>;

/** The query of the list of payments. */
export const PaymentListQuery = z.strictObject({ tripId: Identifier.optional(), orderId: Identifier.optional(), ...pageQuery });
export type PaymentListQuery = z.infer<typeof PaymentListQuery>;
