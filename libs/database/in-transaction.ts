import type { Pool, PoolClient } from 'pg';

/** Runs `work` in a transaction: committed when it resolves, rolled back when it throws, on a connection that goes back to the pool. */
export async function inTransaction<Result>(pool: Pool, work: (tx: PoolClient) => Promise<Result>): Promise<Result> {
  const tx = await pool.connect();
  // A connection that breaks says so in an event, too; out of the pool, it would end the process if nobody listened.
  const ignore = () => {};
  tx.on('error', ignore);
  let broken: Error | undefined;
  try {
    await tx.query('begin');
    const result = await work(tx);
    await tx.query('commit');
    return result;
  } catch (error) {
    // A connection on which not even that works is not given to anybody else.
    await tx.query('rollback').catch((failure: Error) => (broken = failure));
    throw error;
  } finally {
    tx.off('error', ignore);
    tx.release(broken);
  }
}
