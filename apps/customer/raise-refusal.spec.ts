import { describe, expect, it } from 'vitest';
import type { CreditAccount } from './credit-account.js';
import { raiseRefusal } from './raise-refusal.js';

const EUR = (amount: number) => ({ amount, currency: 'EUR' });
const account = (limit: number, reserved: number, blocked = false): CreditAccount => ({
  customerId: 'CUST-1',
  sequence: 1,
  limit: EUR(limit),
  reserved: EUR(reserved),
  blocked,
  occurredAt: '2026-01-01T00:00:00Z',
});

describe('raiseRefusal', () => {
  it('lets exactly what is available be reserved', () => {
    expect(raiseRefusal(account(10_000, 4_000), EUR(6_000))).toBeUndefined();
    expect(raiseRefusal(account(10_000, 4_000), EUR(6_001))?.code).toBe('INSUFFICIENT_CREDIT');
  });

  it('needs nothing available to reserve nothing, even below the limit that was lowered', () => {
    expect(raiseRefusal(account(10_000, 10_000), EUR(0))).toBeUndefined();
    expect(raiseRefusal(account(10_000, 12_000), EUR(0))).toBeUndefined();
    expect(raiseRefusal(account(10_000, 12_000), EUR(1))?.detail).toContain('has -20.00 EUR left of 100.00 EUR');
  });

  it('looks at the currency first, then at the account', () => {
    expect(raiseRefusal(account(10_000, 0, true), { amount: 1, currency: 'USD' })?.code).toBe('CURRENCY_MISMATCH');
    expect(raiseRefusal(account(10_000, 0, true), EUR(20_000))?.code).toBe('CREDIT_ACCOUNT_BLOCKED');
  });
});
