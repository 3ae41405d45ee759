import type { OrderState } from '../../contracts/order-state.js';

export interface Transition {
  from: readonly OrderState[];
  to: OrderState;
}

/**
 * What may happen to an order and when. The database update carries `from` in its condition, so a transition that the table does not
 * allow cannot happen, whoever else changes the order at the same moment.
 */
export const orderTransitions = {
  approve: { from: ['PENDING'], to: 'APPROVED' },
  reject: { from: ['PENDING'], to: 'REJECTED' },
} as const satisfies Record<string, Transition>;

export type OrderTransition = keyof typeof orderTransitions;

/** The state that an order begins in. */
export const initialOrderState: OrderState = 'PENDING';
