import { Inject, Injectable } from '@nestjs/common';
import type { PaymentState } from '../../contracts/payment/payment-state.js';
import {
  AuthorizeCommand,
  CaptureCommand,
  type PaymentAnswer,
  RefundCommand,
  VoidCommand,
} from '../../contracts/payment/payment.commands.js';
import type { Payment as PaymentRow } from '../../generated/payment/client.js';
import { command, type CommandHandlers } from '../../libs/participant/command-handler.js';
import { appendEvent } from '../../libs/participant/outbox.js';
import { Refusal } from '../../libs/participant/refusal.js';
import { AUTHORIZATION_TTL_MS, expireAuthorization, voidAuthorization } from './authorization.js';
import { paymentEvent } from './payment-event.js';
import {
  declineOf,
  insertPayment,
  isKnown,
  lockPayment,
  moneyOf,
  type PaymentTransaction,
  transitPayment,
} from './payment.repository.js';
import { bankAnswers } from './test-bank.js';

/** The commands of the payment service. Each but `refund` may be repeated, with the same key or with another. */
@Injectable()
export class PaymentCommands implements CommandHandlers<'payment', PaymentTransaction> {
  constructor(@Inject(AUTHORIZATION_TTL_MS) private readonly authorizationTtlMs: number) {}

  /** A payment is decided once: a repeat gets the bank's first answer, and a voided payment is refused. */
  readonly authorize = command(
    AuthorizeCommand,
    async (tx: PaymentTransaction, payment, context): Promise<PaymentAnswer | Refusal> => {
      const { paymentId, tripId = null, orderId = null, customerId, paymentMethod, amount, holdForMs = 0 } = payment;
      const known = await lockPayment(tx, paymentId);
      if (known?.state === 'VOIDED')
        return new Refusal('PAYMENT_VOIDED', `Payment ${paymentId} was voided; it cannot be authorized any more.`);
      if (known && !isSame(known, payment))
        return new Refusal(
          'PAYMENT_CONFLICT',
          `Payment ${paymentId} is ${known.state} for something else; this needs an id of its own.`,
        );
      if (known) return refusalOf(known) ?? answerOf(known);

      const { authorization: decline } = bankAnswers(paymentMethod);
      const made = await insertPayment(tx, {
        paymentId,
        tripId,
        orderId,
        customerId,
        paymentMethod,
        amount: amount.amount,
        currency: amount.currency,
        state: decline ? 'DECLINED' : 'AUTHORIZED',
        authorizedUntil: decline ? null : new Date(Date.now() + Math.max(this.authorizationTtlMs, holdForMs)),
        declineCode: decline?.code ?? null,
        declineDetail: decline?.detail ?? null,
      });
      const event = decline ? paymentEvent(made, 'payment.declined', { decline }) : paymentEvent(made, 'payment.authorized', {});
      await appendEvent(tx, event, context);
      return refusalOf(made) ?? answerOf(made);
    },
    ['holdForMs'],
  );

  readonly capture = command(
    CaptureCommand,
    async (tx: PaymentTransaction, { paymentId }, context): Promise<PaymentAnswer | Refusal> => {
      const known = await lockPayment(tx, paymentId);
      if (!known) return new Refusal('PAYMENT_NOT_FOUND', `There is no payment ${paymentId} to capture.`);
      switch (known.state as PaymentState) {
        case 'CAPTURED':
        case 'REFUNDED':
          return answerOf(known);
        case 'VOIDED':
          return new Refusal('PAYMENT_VOIDED', `Payment ${paymentId} was voided; nothing is set aside that could be captured.`);
        case 'DECLINED':
          return new Refusal(
            'PAYMENT_DECLINED',
            `Payment ${paymentId} was declined; nothing is set aside that could be captured.`,
          );
        case 'AUTHORIZED': {
          if (await expireAuthorization(tx, known, context))
            return new Refusal('PAYMENT_VOIDED', `The authorization of payment ${paymentId} has expired; it cannot be captured.`);
          const { capture: decline } = bankAnswers(known.paymentMethod ?? '');
          if (decline) return new Refusal(decline.code, decline.detail);
          const captured = await transitPayment(tx, paymentId, 'capture');
          await appendEvent(tx, paymentEvent(captured, 'payment.captured', {}), context);
          return answerOf(captured);
        }
      }
    },
  );

  readonly void = command(
    VoidCommand,
    async (tx: PaymentTransaction, { paymentId }, context): Promise<PaymentAnswer | Refusal> => {
      const known = await lockPayment(tx, paymentId);
      if (known?.state === 'CAPTURED' || known?.state === 'REFUNDED')
        return new Refusal('PAYMENT_CAPTURED', `Payment ${paymentId} is ${known.state}; it cannot be voided, only refunded.`);
      if (known && known.state !== 'AUTHORIZED') return answerOf(known);
      // The tombstone refuses an authorization that arrives later. Nothing is published, as nothing has changed.
      if (!known) return answerOf(await insertPayment(tx, { paymentId, state: 'VOIDED' }, 0));
      return answerOf(await voidAuthorization(tx, paymentId, context));
    },
  );

  /** A refund of nothing changes nothing, so a caller that refunds a share need not check for 0. */
  readonly refund = command(
    RefundCommand,
    async (tx: PaymentTransaction, { paymentId, amount: refund }, context): Promise<PaymentAnswer | Refusal> => {
      const known = await lockPayment(tx, paymentId);
      if (!known) return new Refusal('PAYMENT_NOT_FOUND', `There is no payment ${paymentId} to refund.`);
      if (!isKnown(known) || (known.state !== 'CAPTURED' && known.state !== 'REFUNDED'))
        return new Refusal('PAYMENT_NOT_CAPTURED', `Payment ${paymentId} is ${known.state}; there is nothing to give back.`);
      const { amount, currency, refunded: before } = known;
      if (refund.currency !== currency)
        return new Refusal(
          'CURRENCY_MISMATCH',
          `Payment ${paymentId} is in ${currency} and cannot be refunded in ${refund.currency}.`,
        );
      if (BigInt(refund.amount) > amount - before) {
        return new Refusal(
          'REFUND_EXCEEDS_CAPTURE',
          `Of payment ${paymentId} ${amount} ${currency} were captured and ${before} are refunded (minor units); ${refund.amount} more cannot be.`,
        );
      }
      if (refund.amount === 0) return answerOf(known);
      const refunded = await transitPayment(tx, paymentId, 'refund', { refunded: { increment: refund.amount } });
      await appendEvent(
        tx,
        paymentEvent(refunded, 'payment.refunded', { refund, refunded: moneyOf(refunded.refunded, currency) }),
        context,
      );
      return answerOf(refunded);
    },
  );
}

function isSame(known: PaymentRow, { tripId, orderId, customerId, paymentMethod, amount }: AuthorizeCommand): boolean {
  return (
    known.tripId === (tripId ?? null) &&
    known.orderId === (orderId ?? null) &&
    known.customerId === customerId &&
    known.paymentMethod === paymentMethod &&
    known.amount === BigInt(amount.amount) &&
    known.currency === amount.currency
  );
}

function refusalOf(payment: PaymentRow): Refusal | undefined {
  const decline = declineOf(payment);
  return decline && new Refusal(decline.code, decline.detail);
}

function answerOf(payment: PaymentRow): PaymentAnswer {
  const money = (amount: bigint) => (isKnown(payment) ? moneyOf(amount, payment.currency) : null);
  return {
    paymentId: payment.paymentId,
    state: payment.state as PaymentState,
    amount: money(payment.amount ?? 0n),
    refunded: money(payment.refunded),
  };
}
