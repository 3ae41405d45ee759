import type { PaymentEventData, PaymentEventType } from '../../contracts/payment/payment.events.js';
import type { Payment as PaymentRow } from '../../generated/payment/client.js';
import type { OutboxEvent } from '../../libs/messaging/outbox/outbox-event.js';
import { isKnown, moneyOf, purposeOf } from './payment.repository.js';

/** An event type without its version, as the outbox keeps it. */
type Fact = PaymentEventType extends `${infer Name}.v1` ? Name : never;
type Common = 'paymentId' | 'customerId' | 'tripId' | 'orderId' | 'amount';

/** The event of the change that made the current version of the payment. */
export function paymentEvent<F extends Fact>(
  payment: PaymentRow,
  type: F,
  data: Omit<PaymentEventData<`${F}.v1`>, Common>,
): OutboxEvent {
  const { paymentId, customerId, version, updatedAt } = payment;
  const amount = isKnown(payment) ? moneyOf(payment.amount, payment.currency) : null;
  return {
    type,
    typeVersion: 1,
    aggregateType: 'payment',
    aggregateId: paymentId,
    aggregateVersion: version,
    occurredAt: updatedAt,
    data: { paymentId, customerId, ...purposeOf(payment), amount, ...data },
  };
}
