/** A ledger whose entries do not follow each other, so its balance is unknown. */
export class LedgerGapError extends Error {
  override readonly name = 'LedgerGapError';
}
