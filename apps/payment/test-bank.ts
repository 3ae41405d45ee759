import type { Decline } from '../../contracts/payment/payment.resource.js';

interface BankAnswers {
  /** Why an authorization is declined, if it is. */
  readonly authorization?: Decline;
  /** Why a capture is declined, if it is. */
  readonly capture?: Decline;
  /** How long the bank takes to authorize, in ms. */
  readonly delayMs?: number;
}

/** The bank of the test methods. The method's name says its answer, so that each outcome of a saga can be shown. */
const methods: Record<string, BankAnswers> = {
  pm_ok: {},
  pm_declined: { authorization: { code: 'CARD_DECLINED', detail: 'The bank declined the card.' } },
  pm_insufficient_funds: { authorization: { code: 'INSUFFICIENT_FUNDS', detail: 'The account does not hold the amount.' } },
  // Longer than a saga's fast first try, shorter than a step's deadline.
  pm_slow: { delayMs: 1_500 },
  pm_capture_fails: {
    capture: { code: 'CAPTURE_DECLINED', detail: 'The bank did not hand over the money that it had set aside.' },
  },
};

/** The bank's answer for a payment method. It declines an unknown one. */
export function bankAnswers(paymentMethod: string): BankAnswers {
  const known = Object.hasOwn(methods, paymentMethod) ? methods[paymentMethod] : undefined;
  return known ?? { authorization: unknown(paymentMethod) };
}

const unknown = (paymentMethod: string): Decline => ({
  code: 'PAYMENT_METHOD_UNKNOWN',
  detail: `There is no payment method ${paymentMethod}; there are ${Object.keys(methods).join(', ')}.`,
});
