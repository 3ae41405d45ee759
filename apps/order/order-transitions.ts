import type { OrderCommand, OrderState } from '../../contracts/order/order-state.js';

export interface Transition {
  from: readonly OrderState[];
  to: OrderState;
}

/**
 * The transitions of an order and the states that allow them. The database update carries `from` in its condition, so a transition that the table does not
 * allow cannot happen, also if another command changes the order at the same moment.
 */
export const orderTransitions = {
  approve: { from: ['PENDING'], to: 'APPROVED' },
  reject: { from: ['PENDING'], to: 'REJECTED' },
  beginRevision: { from: ['APPROVED'], to: 'REVISION_PENDING' },
  discardRevision: { from: ['REVISION_PENDING'], to: 'APPROVED' },
  confirmRevision: { from: ['REVISION_PENDING'], to: 'APPROVED' },
  beginCancellation: { from: ['APPROVED'], to: 'CANCEL_PENDING' },
  withdrawCancellation: { from: ['CANCEL_PENDING'], to: 'APPROVED' },
  confirmCancellation: { from: ['CANCEL_PENDING'], to: 'CANCELLED' },
  beginPayment: { from: ['APPROVED'], to: 'PAYMENT_PENDING' },
  withdrawPayment: { from: ['PAYMENT_PENDING'], to: 'APPROVED' },
  confirmPayment: { from: ['PAYMENT_PENDING'], to: 'PAID' },
  ship: { from: ['PAID'], to: 'SHIPPED' },
} as const satisfies Record<string, Transition>;

export type OrderTransition = keyof typeof orderTransitions;

/** The state that an order begins in. */
export const initialOrderState: OrderState = 'PENDING';

/** Whether the transition may happen to an order in this state. */
export const allows = (transition: OrderTransition, state: OrderState): boolean =>
  (orderTransitions[transition].from as readonly OrderState[]).includes(state);

/** The commands that lock an order from their begin until they are reverted or confirmed, by the order's state meanwhile. */
export const pendingCommands: Partial<Record<OrderState, OrderCommand>> = {
  REVISION_PENDING: 'revise',
  CANCEL_PENDING: 'cancel',
  PAYMENT_PENDING: 'pay',
};
