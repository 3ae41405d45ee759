import { z } from 'zod';
import { Identifier } from '../values/identifier.js';
import { Money } from '../values/money.js';
import { paymentStates } from './payment-state.js';

/** The longest authorization: a year. */
const MAX_HOLD_MS = 365 * 86_400_000;

const NonNegativeMoney = Money.extend({ amount: z.int().min(0) });

/**
 * Sets money aside for a trip or an order, once: a repeat gets the same answer, anything else under the same id is refused. Refused by the bank
 * (the payment is DECLINED then) and after the payment was voided. An authorization that is neither captured nor voided expires: it is voided
 * after PAYMENT_AUTHORIZATION_TTL_MS, or after `holdForMs` if that is longer.
 */
export const AuthorizeCommand = z
  .strictObject({
    paymentId: Identifier,
    tripId: Identifier.optional(),
    orderId: Identifier.optional(),
    customerId: Identifier,
    paymentMethod: Identifier,
    amount: NonNegativeMoney,
    holdForMs: z.int().min(1).max(MAX_HOLD_MS).optional(),
  })
  .refine(({ tripId, orderId }) => (tripId === undefined) !== (orderId === undefined), {
    error: 'must name a trip or an order, and not both',
    path: ['tripId'],
  });
export type AuthorizeCommand = z.infer<typeof AuthorizeCommand>;

/** AUTHORIZED → CAPTURED: takes the money that was set aside. Refused once the authorization has expired. */
export const CaptureCommand = z.strictObject({ paymentId: Identifier });
export type CaptureCommand = z.infer<typeof CaptureCommand>;

/**
 * AUTHORIZED → VOIDED, the compensation of `authorize`. An unknown payment gets a tombstone, so that an authorization that arrives later is
 * refused. A DECLINED payment stays as it is. Refused for a captured payment, which can be refunded.
 */
export const VoidCommand = z.strictObject({ paymentId: Identifier });
export type VoidCommand = z.infer<typeof VoidCommand>;

/** Refunds captured money, all or a part of it. Each refund has its own key. Together they never exceed the captured amount. */
export const RefundCommand = z.strictObject({ paymentId: Identifier, amount: NonNegativeMoney });
export type RefundCommand = z.infer<typeof RefundCommand>;

/** The payment after a command. */
export const PaymentAnswer = z.object({
  paymentId: z.string(),
  state: z.enum(paymentStates),
  /** Null for a payment that was voided before it was authorized. */
  amount: Money.nullable(),
  refunded: Money.nullable(),
});
export type PaymentAnswer = z.infer<typeof PaymentAnswer>;
