import type { Pool } from 'pg';
import { sql } from '../../database/sql.js';
import { inBoundedTransaction, type Queryable } from './bounded-transaction.js';

/** The writer of the log has this advisory lock in the log's database until its commit. */
export const LOG_LOCK = 72_707_371;

/**
 * Runs `work` as the only writer of the log. The lock is a separate statement. Under READ COMMITTED each later statement sees everything
 * committed before the lock, so no position is assigned while an earlier one is uncommitted.
 *
 * A log that was restored since the last batch begins a new epoch first.
 *
 * @param waited receives how many seconds it waited for the lock.
 * @throws the error of `work` (nothing is written then); PostgreSQL's 55P03 if another relay keeps the lock for 5 s, or another session an
 * outbox table for 1 s.
 */
export function inLogTransaction<Result>(
  log: Pool,
  work: (client: Queryable) => Promise<Result>,
  waited: (seconds: number) => void = () => {},
): Promise<Result> {
  return inBoundedTransaction(log, async (client) => {
    const since = performance.now();
    try {
      // Under the lock no statement may wait long, because other relays wait for the lock.
      await client.query(
        sql`select pg_advisory_xact_lock(${LOG_LOCK}), set_config('lock_timeout', '1s', true), events.begin_epoch_after_restore()`,
      );
    } finally {
      waited((performance.now() - since) / 1_000);
    }
    return work(client);
  });
}
