import type { PaymentState } from '../../contracts/payment/payment-state.js';

interface Transition {
  from: readonly PaymentState[];
  to: PaymentState;
}

/**
 * The transitions of a payment and the states that allow them. The database update carries `from` in its condition, so a transition that the table does not
 * allow cannot happen.
 */
export const paymentTransitions = {
  capture: { from: ['AUTHORIZED'], to: 'CAPTURED' },
  /** Also of an authorization that has expired. */
  void: { from: ['AUTHORIZED'], to: 'VOIDED' },
  refund: { from: ['CAPTURED', 'REFUNDED'], to: 'REFUNDED' },
} as const satisfies Record<string, Transition>;

export type PaymentTransition = keyof typeof paymentTransitions;

/** The states that a payment begins in: what the bank answers, or a tombstone. */
export const initialPaymentStates = ['AUTHORIZED', 'DECLINED', 'VOIDED'] as const satisfies PaymentState[];
