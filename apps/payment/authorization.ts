import type { Payment as PaymentRow } from '../../generated/payment/client.js';
import type { CommandContext } from '../../libs/participant/command-context.js';
import type { Expirable } from '../../libs/participant/expiry.service.js';
import { appendEvent } from '../../libs/participant/outbox.js';
import { paymentEvent } from './payment-event.js';
import { lockPayment, overdueAuthorizations, type PaymentTransaction, transitPayment } from './payment.repository.js';

/** How long an authorization lasts at least, in ms. */
export const AUTHORIZATION_TTL_MS = Symbol('AUTHORIZATION_TTL_MS');

/** Releases the money of a payment that is locked and AUTHORIZED, and publishes that. */
export async function voidAuthorization(tx: PaymentTransaction, paymentId: string, context: CommandContext): Promise<PaymentRow> {
  const voided = await transitPayment(tx, paymentId, 'void');
  await appendEvent(tx, paymentEvent(voided, 'payment.voided', {}), context);
  return voided;
}

/** Voids a locked payment whose authorization has expired. @returns whether it did. */
export async function expireAuthorization(
  tx: PaymentTransaction,
  payment: PaymentRow,
  context: CommandContext,
): Promise<boolean> {
  const { paymentId, state, authorizedUntil } = payment;
  if (state !== 'AUTHORIZED' || !authorizedUntil || authorizedUntil.getTime() > Date.now()) return false;
  await voidAuthorization(tx, paymentId, context);
  return true;
}

/** Authorizations that were neither captured nor voided in time: their saga was terminated or is lost. */
export const authorizations: Expirable<PaymentTransaction> = {
  noun: 'authorization',
  overdue: overdueAuthorizations,
  async expire(tx, paymentId, context) {
    const payment = await lockPayment(tx, paymentId);
    return payment !== null && (await expireAuthorization(tx, payment, context));
  },
};
