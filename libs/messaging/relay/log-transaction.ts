import type { Pool } from 'pg';
import { inBoundedTransaction, type Queryable } from './bounded-transaction.js';

/** Whoever writes the log holds this advisory lock of the log's database until its commit. */
export const LOG_LOCK = 72_707_371;

/**
 * Runs `work` as the only writer of the log. The lock is a statement of its own: each statement after it sees everything that was
 * committed before the lock was had (READ COMMITTED), so a position is never given while an earlier one is uncommitted.
 *
 * A log that was restored since the last batch begins a new epoch before anything is written.
 *
 * @param waited hears how many seconds it waited for the lock.
 * @throws what `work` throws (nothing is written then); PostgreSQL's 55P03 when another relay keeps the lock for 5 s, or somebody else a table of
 * an outbox for 1 s.
 */
export function inLogTransaction<Result>(
  log: Pool,
  work: (client: Queryable) => Promise<Result>,
  waited: (seconds: number) => void = () => {},
): Promise<Result> {
  return inBoundedTransaction(log, async (client) => {
    const since = performance.now();
    try {
      // From then on nothing is waited for that could hold up the other relays.
      await client.query(
        `select pg_advisory_xact_lock($1), set_config('lock_timeout', '1s', true), events.begin_epoch_after_restore()`,
        [LOG_LOCK],
      );
    } finally {
      waited((performance.now() - since) / 1_000);
    }
    return work(client);
  });
}
