import { describe, expect, it } from 'vitest';
import { sagaStates } from './saga-state.js';
import { endedStates, openStates, statusOf } from './saga-status.js';

describe('statusOf', () => {
  it('knows every state as open or as an end', () => {
    expect([...openStates, ...endedStates].sort()).toEqual([...sagaStates].sort());
  });

  it('believes a saga that runs or has ended by itself', () => {
    for (const state of sagaStates) expect(statusOf(state, true)).toBe(state);
    for (const state of endedStates) expect(statusOf(state, false)).toBe(state);
  });

  it('calls a saga that was ended by force incomplete', () => {
    for (const state of openStates) expect(statusOf(state, false)).toBe('INCOMPLETE');
  });
});
