import { describe, expect, it } from 'vitest';
import { type PaymentState, paymentStates } from '../../contracts/payment/payment-state.js';
import { initialPaymentStates, paymentTransitions } from './payment-transitions.js';

const transitions = Object.values(paymentTransitions);

describe('paymentTransitions', () => {
  it('reaches every state from the initial ones', () => {
    const reached = new Set<PaymentState>(initialPaymentStates);
    for (let size = 0; size !== reached.size;) {
      size = reached.size;
      for (const { from, to } of transitions) if (from.some((state) => reached.has(state))) reached.add(to);
    }
    expect([...reached].sort()).toEqual([...paymentStates].sort());
  });

  it('never leaves a payment that was declined or voided', () => {
    for (const { from } of transitions) for (const end of ['DECLINED', 'VOIDED']) expect(from).not.toContain(end);
  });

  it('takes money that has come in back by a refund only', () => {
    const after = Object.entries(paymentTransitions).filter(([, { from }]) => (from as readonly string[]).includes('CAPTURED'));
    expect(after.map(([name]) => name)).toEqual(['refund']);
  });
});
