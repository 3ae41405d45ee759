import { describe, expect, it } from 'vitest';
import { needsApproval } from './approval-limit.js';

const EUR = (amount: number) => ({ amount, currency: 'EUR' });

describe('needsApproval', () => {
  it('asks for an approval above the limit, not at it', () => {
    expect(needsApproval(EUR(10_001), EUR(10_000))).toBe(true);
    expect(needsApproval(EUR(10_000), EUR(10_000))).toBe(false);
  });

  it('asks for one whenever the currencies differ, as then nobody knows which is more', () => {
    expect(needsApproval(EUR(1), { amount: 10_000, currency: 'USD' })).toBe(true);
  });
});
