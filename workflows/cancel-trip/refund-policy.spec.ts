import { describe, expect, it } from 'vitest';
import { refundOf } from './refund-policy.js';

const total = { amount: 10_001, currency: 'EUR' };
const now = Date.parse('2026-06-01T12:00:00Z');

describe('refundOf', () => {
  it.each([
    ['2026-06-16', 10_001],
    ['2026-06-15', 5_000],
    ['2026-06-09', 5_000],
    ['2026-06-08', 2_500],
    ['2026-06-03', 2_500],
    ['2026-06-02', 0],
    ['2026-05-01', 0],
  ])('refunds, for a trip that begins on %s, %i', (firstDay, amount) => {
    expect(refundOf(total, firstDay, now)).toEqual({ amount, currency: 'EUR' });
  });
});
