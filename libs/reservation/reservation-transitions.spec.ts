import { describe, expect, it } from 'vitest';
import { type ReservationState, reservationStates } from '../../contracts/reservation/reservation-state.js';
import { initialReservationStates, reservationTransitions, takesUnits } from './reservation-transitions.js';

const transitions = Object.entries(reservationTransitions);

describe('reservationTransitions', () => {
  it('reaches every state from HELD', () => {
    const reached = new Set<ReservationState>(['HELD']);
    for (let size = 0; size !== reached.size;) {
      size = reached.size;
      for (const [, { from, to }] of transitions) if (from.some((state) => reached.has(state))) reached.add(to);
    }
    expect([...reached].sort()).toEqual([...reservationStates].sort());
  });

  it('never leaves a cancelled reservation, so that a tombstone stays one', () => {
    for (const [, { from }] of transitions) expect(from).not.toContain('CANCELLED');
    expect(initialReservationStates).toContain('CANCELLED');
  });

  it('can take back a reservation in any state', () => {
    const { from, to } = reservationTransitions.cancel;
    expect([...from, to].sort()).toEqual([...reservationStates].sort());
  });

  it('lets expire only what is held and not confirmed', () => {
    expect(reservationTransitions.expire.from).toEqual(['HELD']);
  });

  it('takes units in the states that promise something', () => {
    expect(reservationStates.filter(takesUnits)).toEqual(['HELD', 'CONFIRMED']);
  });
});
