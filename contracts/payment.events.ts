import { z } from 'zod';
import { Money } from './money.js';
import { Decline } from './payment.resource.js';

const payment = {
  paymentId: z.string(),
  customerId: z.string(),
  tripId: z.string().optional(),
  orderId: z.string().optional(),
  amount: Money,
};

/** The facts that the payment service publishes, by type and version. None says how was paid. */
export const paymentEvents = {
  'payment.authorized.v1': z.object(payment),
  'payment.declined.v1': z.object({ ...payment, decline: Decline }),
  'payment.captured.v1': z.object(payment),
  /** Null where the payment was voided before it was seen, of which only the id is known. */
  'payment.voided.v1': z.object({ ...payment, customerId: payment.customerId.nullable(), amount: Money.nullable() }),
  'payment.refunded.v1': z.object({
    ...payment,
    refund: Money.meta({ description: 'What this refund gave back' }),
    refunded: Money.meta({ description: 'What all refunds together have given back, this one included' }),
  }),
} as const;

export type PaymentEventType = keyof typeof paymentEvents;
export type PaymentEventData<Type extends PaymentEventType> = z.infer<(typeof paymentEvents)[Type]>;
