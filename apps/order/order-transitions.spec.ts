import { describe, expect, it } from 'vitest';
import { type OrderState, orderStates } from '../../contracts/order-state.js';
import { initialOrderState, orderTransitions } from './order-transitions.js';

describe('orderTransitions', () => {
  it('reaches every state from the initial one', () => {
    const reached = new Set<OrderState>([initialOrderState]);
    for (let size = 0; size !== reached.size;) {
      size = reached.size;
      for (const { from, to } of Object.values(orderTransitions)) if (from.some((state) => reached.has(state))) reached.add(to);
    }
    expect([...reached].sort()).toEqual([...orderStates].sort());
  });

  it('never leaves a rejected order', () => {
    for (const { from } of Object.values(orderTransitions)) expect(from).not.toContain('REJECTED');
  });
});
