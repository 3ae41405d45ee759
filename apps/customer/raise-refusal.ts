import type { Money } from '../../contracts/values/money.js';
import { Refusal } from '../../libs/participant/refusal.js';
import { availableOf, type CreditAccount } from './credit-account.js';
import { formatMoney } from '../../libs/money/format-money.js';

/**
 * Why the account cannot reserve `raise` more, or undefined when it can. All of the available credit can be reserved. A raise of 0.00 is
 * always possible.
 */
export function raiseRefusal(account: CreditAccount, raise: Money): Refusal | undefined {
  const { customerId, limit, reserved, blocked } = account;
  if (raise.currency !== limit.currency) {
    return new Refusal(
      'CURRENCY_MISMATCH',
      `${customerId} has credit in ${limit.currency}; ${formatMoney(raise)} cannot be reserved.`,
    );
  }
  if (blocked)
    return new Refusal(
      'CREDIT_ACCOUNT_BLOCKED',
      `The credit account of ${customerId} is blocked; ${formatMoney(raise)} cannot be reserved.`,
    );
  const available = availableOf(account);
  if (raise.amount > 0 && raise.amount > available.amount) {
    return new Refusal(
      'INSUFFICIENT_CREDIT',
      `${formatMoney(raise)} cannot be reserved: ${customerId} has ${formatMoney(available)} left of ${formatMoney(limit)}, with ${formatMoney(reserved)} reserved.`,
    );
  }
  return undefined;
}
