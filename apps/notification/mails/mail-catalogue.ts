import type { HooksEventData } from '../../../contracts/hooks/hooks.events.js';
import type { OrderEventData } from '../../../contracts/order/order.events.js';
import type { PaymentEventData } from '../../../contracts/payment/payment.events.js';
import type { SagaEventData } from '../../../contracts/saga/saga.events.js';
import { itemsIn } from '../../../contracts/trip/trip-part.js';
import type { TripEventData } from '../../../contracts/trip/trip.events.js';
import type { LoggedEvent } from '../../../libs/messaging/event/logged-event.js';
import { newestData } from '../../../libs/messaging/event/newest-data.js';
import { formatMoney } from '../../../libs/money/format-money.js';
import type { Mail, Recipient } from './render-mail.js';

interface MailKind {
  /** Undefined if there is no recipient. */
  recipient: (data: never) => Recipient | undefined;
  write: (data: never) => Mail;
}

/** A mail to the customer of the event. The customer is null if only the id of the order was known. */
const toCustomer = <Data extends { customerId: string | null }>(write: (data: Data) => Mail): MailKind => ({
  recipient: ({ customerId }: Data) => (customerId === null ? undefined : { to: 'customer', customerId }),
  write,
});

const toOperations = <Data>(write: (data: Data) => Mail): MailKind => ({ recipient: () => ({ to: 'operations' }), write });

const order = (orderId: string) => `order ${orderId}`;
const trip = (tripId: string) => `trip ${tripId}`;
const mail = (subject: string, ...paragraphs: string[]): Mail => ({ subject, paragraphs });

/** A saga that needs an operator. */
const sagaAlert = (what: string) =>
  toOperations<SagaEventData<'saga.needs-attention.v1'>>(({ sagaId, type, businessId }) =>
    mail(
      `${type} ${businessId} ${what}`,
      `The saga ${sagaId} ${what}.`,
      `GET /v1/sagas/${sagaId} shows its state. See docs/operations.md for what to do.`,
    ),
  );

/**
 * Maps each mailed event type to its recipient and text. No other event is mailed. The data is in the newest version of its type.
 */
const mails = {
  'order.approved': toCustomer<OrderEventData<'order.approved.v2'>>(({ orderId, credit }) =>
    mail(
      `We have your ${order(orderId)}`,
      `Your ${order(orderId)} is approved, and ${formatMoney(credit.reserved)} of your credit are set aside for it.`,
    ),
  ),
  'order.rejected': toCustomer<OrderEventData<'order.rejected.v1'>>(({ orderId, rejection }) =>
    mail(
      `We cannot take your ${order(orderId)}`,
      `Your ${order(orderId)} could not be accepted: ${rejection.detail}`,
      'Nothing was charged, and nothing of your credit is set aside for it.',
    ),
  ),
  'order.revised': toCustomer<OrderEventData<'order.revised.v1'>>(({ orderId, total }) =>
    mail(
      `Your ${order(orderId)} was changed`,
      `Your ${order(orderId)} was changed as you wished. It comes to ${formatMoney(total)} now.`,
    ),
  ),
  'order.cancelled': toCustomer<OrderEventData<'order.cancelled.v1'>>(({ orderId, total }) =>
    mail(
      `Your ${order(orderId)} was cancelled`,
      `Your ${order(orderId)} was cancelled, and the ${formatMoney(total)} of your credit that it held are free again.`,
    ),
  ),
  'order.paid': toCustomer<OrderEventData<'order.paid.v1'>>(({ orderId, total }) =>
    mail(`Thank you for paying ${order(orderId)}`, `We have got ${formatMoney(total)} for your ${order(orderId)}.`),
  ),
  'order.payment-undone': toCustomer<OrderEventData<'order.payment-undone.v1'>>(({ orderId, reason }) =>
    mail(
      `Your payment for ${order(orderId)} did not go through`,
      `Your ${order(orderId)} is not paid: ${reason.detail}`,
      'It stands as before, and you can pay it in another way.',
    ),
  ),
  'order.shipped': toCustomer<OrderEventData<'order.shipped.v1'>>(({ orderId }) =>
    mail(`Your ${order(orderId)} is on its way`, `What you have ordered (${order(orderId)}) has left our house.`),
  ),

  'trip.booked': toCustomer<TripEventData<'trip.booked.v1'>>(({ tripId, total, ...booked }) =>
    mail(
      `Your ${trip(tripId)} is booked`,
      itemsIn(booked).every(([, { state }]) => state === 'CONFIRMED')
        ? `Every part of your ${trip(tripId)} is confirmed, for ${formatMoney(total)} in all. Have a good time.`
        : `Your ${trip(tripId)} is booked, for ${formatMoney(total)} in all. Not every part of it is confirmed yet: we are seeing to it.`,
    ),
  ),
  'trip.failed': toCustomer<TripEventData<'trip.failed.v1'>>(({ tripId, failure, except = [] }) =>
    mail(
      `We could not book your ${trip(tripId)}`,
      `Your ${trip(tripId)} could not be booked: ${failure.detail}`,
      except.length === 0
        ? 'Everything that was reserved for it is free again, and nothing was charged.'
        : 'Not all that was reserved for it is free again yet: we are seeing to it.',
    ),
  ),
  'trip.cancelled': toCustomer<TripEventData<'trip.cancelled.v1'>>(({ tripId, refund }) =>
    mail(`Your ${trip(tripId)} was cancelled`, `Your ${trip(tripId)} was cancelled. You get ${formatMoney(refund)} back.`),
  ),
  'payment.refunded': toCustomer<PaymentEventData<'payment.refunded.v1'>>(({ paymentId, refund }) =>
    mail(`You get ${formatMoney(refund)} back`, `We have sent ${formatMoney(refund)} of the payment ${paymentId} back to you.`),
  ),

  'trip.approval-requested': toOperations<TripEventData<'trip.approval-requested.v1'>>(({ tripId, total }) =>
    mail(
      `Please approve ${trip(tripId)}: ${formatMoney(total)}`,
      `All parts of ${trip(tripId)} are held, and somebody has to approve its ${formatMoney(total)} before it is paid.`,
      `POST /v1/trips/${tripId}/approve or /v1/trips/${tripId}/decline`,
    ),
  ),
  'trip.approval-reminded': toOperations<TripEventData<'trip.approval-reminded.v1'>>(({ tripId, total }) =>
    mail(
      `Still waiting for an approval: ${trip(tripId)}, ${formatMoney(total)}`,
      `Half of the time for an approval of ${trip(tripId)} is over, and nobody has decided.`,
      `POST /v1/trips/${tripId}/approve or /v1/trips/${tripId}/decline`,
    ),
  ),
  'saga.needs-attention': {
    ...sagaAlert('needs attention'),
    // The end of the run of a lost saga is mailed already.
    recipient: ({ lost }: SagaEventData<'saga.needs-attention.v1'>) => (lost === true ? undefined : { to: 'operations' }),
  },
  'saga.incomplete': sagaAlert('ended with something left as it was'),
  'saga.failed': sagaAlert('ended with a fault'),
  'saga.terminated': sagaAlert('was ended by force'),
  'saga.timed-out': sagaAlert('was ended because its time was up'),
  'hooks.endpoint.disabled': toOperations<HooksEventData<'hooks.endpoint.disabled.v1'>>(({ hookId, origin, reason, lastError }) =>
    mail(
      `The webhook to ${origin} was disabled`,
      `The hook ${hookId} to ${origin} gets nothing any more (${reason}). Its last error: ${lastError ?? 'none'}`,
      `PATCH /v1/hooks/${hookId} with { "state": "enabled" } enables it again.`,
    ),
  ),
} satisfies Record<string, MailKind>;

const kinds: ReadonlyMap<string, MailKind> = new Map(Object.entries(mails));

/** The event types that are mailed. */
export const mailedTypes: readonly string[] = [...kinds.keys()];

/** The recipient of the mail about an event; undefined if it is not mailed. */
export function recipientOf(event: Pick<LoggedEvent, 'type' | 'typeVersion' | 'data'>): Recipient | undefined {
  return kinds.get(event.type)?.recipient(newestData(event) as never);
}

/** The text of the mail about an event. @throws Error when its type is not mailed, or its data fits no version of the type. */
export function mailOf(event: Pick<LoggedEvent, 'type' | 'typeVersion' | 'data'>): Mail {
  const kind = kinds.get(event.type);
  if (!kind) throw new Error(`There is no mail for events of the type ${event.type}.`);
  return kind.write(newestData(event) as never);
}
