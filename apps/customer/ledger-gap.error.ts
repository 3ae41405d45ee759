/** A ledger whose entries do not follow each other: what it adds up to cannot be told. */
export class LedgerGapError extends Error {
  override readonly name = 'LedgerGapError';
}
