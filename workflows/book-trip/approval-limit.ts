import type { Money } from '../../contracts/money.js';

/**
 * Whether a total waits for somebody's approval: above the limit, or in another currency than the limit. What cannot be compared is not known
 * to be within it, and only here, when the parts have their prices, are both currencies known.
 */
export const needsApproval = (total: Money, limit: Money): boolean =>
  total.currency !== limit.currency || total.amount > limit.amount;
