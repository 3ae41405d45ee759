import type { PoolClient } from 'pg';

/** An advisory lock of the log's database: exclusive to remove events, shared to begin reading. */
export const TRIM_LOCK = 72_707_372;

/**
 * Prevents trimming of the log until the transaction ends. A new reader takes the lock before it reads the floor and stores its start. So
 * retention sees the reader, or the reader sees the new floor.
 */
export async function holdLog(tx: Pick<PoolClient, 'query'>): Promise<void> {
  await tx.query('select pg_advisory_xact_lock_shared($1)', [TRIM_LOCK]);
}
