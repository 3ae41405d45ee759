import type { TripState } from '../../contracts/trip/trip-state.js';

interface Transition {
  from: readonly TripState[];
  to: TripState;
}

/**
 * The transitions of a trip and the states that allow them. The database update carries `from` in its condition, so a transition that the table does not
 * allow cannot happen.
 */
export const tripTransitions = {
  requestApproval: { from: ['PENDING'], to: 'AWAITING_APPROVAL' },
  acceptApproval: { from: ['AWAITING_APPROVAL'], to: 'PENDING' },
  withdrawApproval: { from: ['AWAITING_APPROVAL'], to: 'PENDING' },
  confirm: { from: ['PENDING', 'AWAITING_APPROVAL'], to: 'BOOKED' },
  fail: { from: ['PENDING', 'AWAITING_APPROVAL'], to: 'FAILED' },
  beginCancellation: { from: ['BOOKED'], to: 'CANCELLING' },
  reinstate: { from: ['CANCELLING'], to: 'BOOKED' },
  commitCancellation: { from: ['CANCELLING'], to: 'CANCELLING' },
  confirmCancellation: { from: ['CANCELLING'], to: 'CANCELLED' },
} as const satisfies Record<string, Transition>;

export type TripTransition = keyof typeof tripTransitions;

/** The state that a trip begins in. */
export const initialTripState: TripState = 'PENDING';

/** Whether the transition may happen to a trip in this state. */
export const allows = (transition: TripTransition, state: TripState): boolean =>
  (tripTransitions[transition].from as readonly TripState[]).includes(state);
