/**
 * What `patched()` is asked about: changes to workflows that the runs from before them must not make. Each is named after what is so since then; the
 * CHANGELOG says since which release, and which histories hold it. A name that has been in a release is never used for anything else.
 */
export const patches = {
  /** A revision to less changes the reservation first, as its pivot, and unlocks the order after it. */
  revisionToLessUnlocksLast: 'revision-to-less-unlocks-last',
  /** The undo of a lock waits for the other compensations, also for one that waits for an operator. */
  undoOfLockWaits: 'undo-of-lock-waits',
  /** The process that watches an unpaid order goes on in a new run when its history has grown long. */
  expireUnpaidOrderContinues: 'expire-unpaid-order-continues',
} as const;
