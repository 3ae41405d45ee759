import type { PoolClient } from 'pg';

/** An advisory lock of the log's database: exclusive to remove events, shared to begin reading. */
export const TRIM_LOCK = 72_707_372;

/**
 * Keeps the log as it is until the transaction ends. A new reader takes it before it reads the floor and writes down where it begins:
 * retention then sees the reader, or the reader sees what retention has removed.
 */
export async function holdLog(tx: Pick<PoolClient, 'query'>): Promise<void> {
  await tx.query('select pg_advisory_xact_lock_shared($1)', [TRIM_LOCK]);
}
