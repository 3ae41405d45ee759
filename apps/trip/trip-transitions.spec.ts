import { describe, expect, it } from 'vitest';
import { type TripState, tripStates } from '../../contracts/trip/trip-state.js';
import { allows, initialTripState, type TripTransition, tripTransitions } from './trip-transitions.js';

const transitions = Object.entries(tripTransitions) as [TripTransition, { from: readonly TripState[]; to: TripState }][];

describe('tripTransitions', () => {
  it('reaches every state from the initial one', () => {
    const reached = new Set<TripState>([initialTripState]);
    for (let size = 0; size !== reached.size;) {
      size = reached.size;
      for (const [, { from, to }] of transitions) if (from.some((state) => reached.has(state))) reached.add(to);
    }
    expect([...reached].sort()).toEqual([...tripStates].sort());
  });

  it.each(['FAILED', 'CANCELLED'] as const)('never leaves a trip that is %s', (end) => {
    for (const [name] of transitions) expect(allows(name, end), name).toBe(false);
  });

  it('lets nothing but its cancellation happen to a trip that is being cancelled', () => {
    const allowed = transitions.filter(([name]) => allows(name, 'CANCELLING')).map(([name]) => name);
    expect(allowed).toEqual(['reinstate', 'commitCancellation', 'confirmCancellation']);
  });
});
