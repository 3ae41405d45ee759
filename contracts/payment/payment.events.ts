import { z } from 'zod';
import { Money } from '../values/money.js';
import { Decline } from './payment.resource.js';

const payment = {
  paymentId: z.string(),
  customerId: z.string(),
  tripId: z.string().optional(),
  orderId: z.string().optional(),
  amount: Money,
};

const euros = (amount: number) => ({ amount: amount * 100, currency: 'EUR' });
const sample = { paymentId: 'PAY-1', customerId: 'CUST-ALICE', tripId: 'TRIP-1', amount: euros(420) };
const { tripId: _, ...forOrder } = { ...sample, orderId: 'ORDER-1', amount: euros(30) };

/** The facts that the payment service publishes, by type and version. They have no payment method. */
export const paymentEvents = {
  'payment.authorized.v1': z
    .object(payment)
    .meta({ description: 'Money was authorized for a trip or an order.', examples: [sample, forOrder] }),
  'payment.declined.v1': z.object({ ...payment, decline: Decline }).meta({
    description: 'The bank declined the payment.',
    examples: [{ ...sample, decline: { code: 'CARD_DECLINED', detail: 'The bank declined the payment.' } }],
  }),
  'payment.captured.v1': z
    .object(payment)
    .meta({ description: 'The authorized money was captured.', examples: [sample, forOrder] }),
  'payment.voided.v1': z.object({ ...payment, customerId: payment.customerId.nullable(), amount: Money.nullable() }).meta({
    description:
      'The authorization was voided, by a command or because it expired. Null only in old events, of payments of which only the id was known.',
    examples: [sample, { paymentId: 'PAY-2', customerId: null, amount: null }],
  }),
  'payment.refunded.v1': z
    .object({
      ...payment,
      refund: Money.meta({ description: 'The amount of this refund' }),
      refunded: Money.meta({ description: 'The sum of all refunds, this one included' }),
    })
    .meta({ description: 'Money was refunded.', examples: [{ ...sample, refund: euros(100), refunded: euros(100) }] }),
} as const;

export type PaymentEventType = keyof typeof paymentEvents;
export type PaymentEventData<Type extends PaymentEventType> = z.infer<(typeof paymentEvents)[Type]>;
