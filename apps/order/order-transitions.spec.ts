import { describe, expect, it } from 'vitest';
import { type OrderState, orderStates } from '../../contracts/order/order-state.js';
import { initialOrderState, type OrderTransition, orderTransitions, pendingCommands } from './order-transitions.js';

/** The transitions that revert the begin of a command. */
const inverses: Record<string, OrderTransition> = {
  beginRevision: 'discardRevision',
  beginCancellation: 'withdrawCancellation',
  beginPayment: 'withdrawPayment',
};

describe('orderTransitions', () => {
  it('reaches every state from the initial one', () => {
    const reached = new Set<OrderState>([initialOrderState]);
    for (let size = 0; size !== reached.size;) {
      size = reached.size;
      for (const { from, to } of Object.values(orderTransitions)) if (from.some((state) => reached.has(state))) reached.add(to);
    }
    expect([...reached].sort()).toEqual([...orderStates].sort());
  });

  it.each(['REJECTED', 'CANCELLED', 'SHIPPED'])('never leaves an order that is %s', (end) => {
    for (const { from } of Object.values(orderTransitions)) expect(from).not.toContain(end);
  });

  it.each(Object.keys(pendingCommands) as OrderState[])(
    'leaves %s by the undo or the confirmation of its own command only',
    (locked) => {
      const ways = Object.entries(orderTransitions).flatMap(([name, { from }]) =>
        (from as readonly OrderState[]).includes(locked) ? [name] : [],
      );
      const [begin] = Object.entries(orderTransitions).flatMap(([name, { to }]) => (to === locked ? [name] : []));
      expect(ways).toEqual([inverses[begin!], begin!.replace('begin', 'confirm')]);
    },
  );

  it('goes back to APPROVED by every undo', () => {
    for (const inverse of Object.values(inverses)) expect(orderTransitions[inverse].to).toBe('APPROVED');
  });
});
