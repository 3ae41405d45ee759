import type { Money } from '../../contracts/values/money.js';

/**
 * Whether a total needs an approval: above the limit, or in another currency than the limit, as amounts in two currencies cannot be
 * compared. Both currencies are known only here, after the parts have their prices.
 */
export const needsApproval = (total: Money, limit: Money): boolean =>
  total.currency !== limit.currency || total.amount > limit.amount;
