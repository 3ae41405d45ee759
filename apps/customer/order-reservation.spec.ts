import { describe, expect, it } from 'vitest';
import type { LedgerEntry, LedgerEntryKind } from '../../contracts/customer/credit.resource.js';
import { reservationOf } from './order-reservation.js';

const entry = (kind: LedgerEntryKind, amount: number): LedgerEntry => ({
  customerId: 'CUST-1',
  sequence: 2,
  kind,
  amount: { amount, currency: 'EUR' },
  orderId: 'O-1',
  occurredAt: '2026-01-01T00:00:00Z',
});

describe('reservationOf', () => {
  it('is nothing for an order never seen', () => {
    expect(reservationOf([], false)).toEqual({ state: 'NONE' });
  });

  it('is released without money for a tombstone', () => {
    expect(reservationOf([], true)).toEqual({ state: 'RELEASED', amount: null });
  });

  it('is the sum of what was reserved and changed', () => {
    const held = { state: 'HELD', customerId: 'CUST-1' };
    expect(reservationOf([entry('RESERVED', 3_000)], false)).toEqual({ ...held, amount: { amount: 3_000, currency: 'EUR' } });
    expect(reservationOf([entry('RESERVED', 3_000), entry('CHANGED', -3_000)], false)).toEqual({
      ...held,
      amount: { amount: 0, currency: 'EUR' },
    });
  });

  it('is released with nothing left, also when it was of nothing', () => {
    const released = { state: 'RELEASED', amount: { amount: 0, currency: 'EUR' } };
    expect(reservationOf([entry('RESERVED', 3_000), entry('CHANGED', 500), entry('RELEASED', -3_500)], false)).toEqual(released);
    expect(reservationOf([entry('RESERVED', 0), entry('RELEASED', 0)], false)).toEqual(released);
  });
});
