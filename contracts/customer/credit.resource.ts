import { z } from 'zod';
import { Money } from '../values/money.js';

/** A customer's credit at one instant, derived from the ledger: `available` = `limit` − `reserved`. */
export const Credit = z
  .object({
    customerId: z.string(),
    limit: Money,
    reserved: Money,
    available: Money,
    blocked: z.boolean().meta({ description: 'A blocked account accepts no new reservations, whatever is available' }),
    at: z.iso.datetime().optional().meta({ description: 'The requested past instant; absent for the present' }),
  })
  .meta({ id: 'Credit' });
export type Credit = z.infer<typeof Credit>;

export const ledgerEntryKinds = ['OPENED', 'LIMIT_CHANGED', 'RESERVED', 'CHANGED', 'RELEASED', 'BLOCKED', 'UNBLOCKED'] as const;
export type LedgerEntryKind = (typeof ledgerEntryKinds)[number];

/**
 * One entry of the append-only ledger. The entry adds `amount`, which may be negative, to `reserved`, or to `limit` for OPENED and
 * LIMIT_CHANGED. `occurredAt` has microseconds and grows from entry to entry. As `?at=` it reads the credit right after this entry.
 */
export const LedgerEntry = z
  .object({
    customerId: z.string(),
    sequence: z.int(),
    kind: z.enum(ledgerEntryKinds),
    amount: Money,
    orderId: z.string().nullable(),
    occurredAt: z.iso.datetime(),
  })
  .meta({ id: 'LedgerEntry' });
export type LedgerEntry = z.infer<typeof LedgerEntry>;
