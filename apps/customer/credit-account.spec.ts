import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LedgerEntry, type LedgerEntryKind, ledgerEntryKinds } from '../../contracts/customer/credit.resource.js';
import { availableOf, replay } from './credit-account.js';
import { LedgerGapError } from './ledger-gap.error.js';

const entry = (sequence: number, kind: LedgerEntryKind, amount: number): LedgerEntry => ({
  customerId: 'CUST-1',
  sequence,
  kind,
  amount: { amount, currency: 'EUR' },
  orderId: null,
  occurredAt: `2026-01-01T00:00:00.${String(sequence).padStart(6, '0')}Z`,
});
const ledgers = fc
  .array(
    fc.tuple(
      fc.constantFrom(...ledgerEntryKinds.filter((kind) => kind !== 'OPENED')),
      fc.integer({ min: -1_000_000, max: 1_000_000 }),
    ),
    { maxLength: 40 },
  )
  .map((rest) => [entry(1, 'OPENED', 10_000), ...rest.map(([kind, amount], index) => entry(index + 2, kind, amount))]);

describe('replay', () => {
  it('adds up what each kind of entry says', () => {
    const account = replay(null, [
      entry(1, 'OPENED', 10_000),
      entry(2, 'RESERVED', 3_000),
      entry(3, 'CHANGED', -1_000),
      entry(4, 'LIMIT_CHANGED', 500),
      entry(5, 'RESERVED', 700),
      entry(6, 'RELEASED', -2_000),
      entry(7, 'BLOCKED', 0),
    ]);
    expect(account).toEqual({
      customerId: 'CUST-1',
      sequence: 7,
      limit: { amount: 10_500, currency: 'EUR' },
      reserved: { amount: 700, currency: 'EUR' },
      blocked: true,
      occurredAt: '2026-01-01T00:00:00.000007Z',
    });
    expect(availableOf(account!)).toEqual({ amount: 9_800, currency: 'EUR' });
    expect(replay(account, [entry(8, 'UNBLOCKED', 0)])?.blocked).toBe(false);
  });

  it('is null for no entries', () => {
    expect(replay(null, [])).toBeNull();
  });

  it('gives the same from any snapshot on as from the beginning', () => {
    fc.assert(
      fc.property(ledgers, fc.nat(), (entries, at) => {
        const cut = at % (entries.length + 1);
        expect(replay(replay(null, entries.slice(0, cut)), entries.slice(cut))).toEqual(replay(null, entries));
      }),
    );
  });

  it('refuses entries that do not follow each other', () => {
    fc.assert(
      fc.property(ledgers, fc.nat(), (entries, at) => {
        fc.pre(entries.length > 1);
        const missing = at % (entries.length - 1);
        expect(() =>
          replay(
            null,
            entries.filter((_, index) => index !== missing),
          ),
        ).toThrow(LedgerGapError);
      }),
    );
    expect(() => replay(null, [entry(1, 'OPENED', 1), entry(1, 'OPENED', 1)])).toThrow(LedgerGapError);
    expect(() => replay(null, [entry(1, 'OPENED', 1), entry(2, 'OPENED', 1)])).toThrow(LedgerGapError);
  });
});
