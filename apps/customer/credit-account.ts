import type { LedgerEntry } from '../../contracts/customer/credit.resource.js';
import type { Money } from '../../contracts/values/money.js';
import { LedgerGapError } from './ledger-gap.error.js';

/** The sum of the entries of a ledger, up to one entry. */
export interface CreditAccount {
  customerId: string;
  /** The last entry that is included; the next one is `sequence + 1`. */
  sequence: number;
  limit: Money;
  reserved: Money;
  blocked: boolean;
  /** When that entry happened, to the microsecond. */
  occurredAt: string;
}

/**
 * Adds entries, in their order, to an account. The sum of all entries equals the sum of the first entries with the rest added later, so a
 * snapshot can replace the first entries.
 *
 * @param account a snapshot, or null to begin with the first entry.
 * @returns null for a ledger without entries: the account is not open.
 * @throws LedgerGapError when an entry does not follow the one before.
 */
export function replay(account: CreditAccount | null, entries: Iterable<LedgerEntry>): CreditAccount | null {
  let current = account;
  for (const entry of entries) current = apply(current, entry);
  return current;
}

function apply(before: CreditAccount | null, entry: LedgerEntry): CreditAccount {
  const { customerId, sequence, kind, amount, occurredAt } = entry;
  if (sequence !== (before?.sequence ?? 0) + 1) {
    throw new LedgerGapError(`The ledger of ${customerId} has entry ${sequence} after entry ${before?.sequence ?? 0}.`);
  }
  if (!before) return { customerId, sequence, limit: amount, reserved: { ...amount, amount: 0 }, blocked: false, occurredAt };

  const after = { ...before, sequence, occurredAt };
  switch (kind) {
    case 'OPENED':
      throw new LedgerGapError(`The ledger of ${customerId} is opened a second time by entry ${sequence}.`);
    case 'LIMIT_CHANGED':
      return { ...after, limit: add(before.limit, amount) };
    case 'RESERVED':
    case 'CHANGED':
    case 'RELEASED':
      return { ...after, reserved: add(before.reserved, amount) };
    case 'BLOCKED':
      return { ...after, blocked: true };
    case 'UNBLOCKED':
      return { ...after, blocked: false };
  }
}

/** The credit that can still be reserved; negative if the limit was lowered below the reserved credit. */
export function availableOf({ limit, reserved }: Pick<CreditAccount, 'limit' | 'reserved'>): Money {
  return { ...limit, amount: limit.amount - reserved.amount };
}

const add = (sum: Money, part: Money): Money => ({ ...sum, amount: sum.amount + part.amount });
