import type { ReservationState } from '../../contracts/reservation/reservation-state.js';

export interface Transition {
  from: readonly ReservationState[];
  to: ReservationState;
}

/**
 * The allowed transitions of a reservation. The database update has `from` in its condition, so no other transition can happen, also not
 * at the same moment as another command.
 */
export const reservationTransitions = {
  /** From EXPIRED only with its units claimed again. */
  confirm: { from: ['HELD', 'EXPIRED'], to: 'CONFIRMED' },
  cancel: { from: ['HELD', 'CONFIRMED', 'EXPIRED'], to: 'CANCELLED' },
  expire: { from: ['HELD'], to: 'EXPIRED' },
} as const satisfies Record<string, Transition>;

export type ReservationTransition = keyof typeof reservationTransitions;

/** The states that a reservation may begin in. One that begins CANCELLED is a tombstone. */
export const initialReservationStates = ['HELD', 'CANCELLED'] as const satisfies ReservationState[];

/** Whether a reservation in this state has its units taken; a transition into or out of such a state claims or releases them. */
export const takesUnits = (state: ReservationState): boolean => state === 'HELD' || state === 'CONFIRMED';
