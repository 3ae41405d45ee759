import type { Pool, PoolClient } from 'pg';

export type Queryable = Pick<PoolClient, 'query'>;

/** The longest delay of the relays by a statement, a lock or a silent client. */
const LIMITS = `set local statement_timeout = '5s'; set local lock_timeout = '5s'; set local idle_in_transaction_session_timeout = '10s'`;

/**
 * Runs `work` in a READ COMMITTED transaction whose statements cannot hang. A connection that failed in any way is closed, never given to
 * the next user.
 */
export async function inBoundedTransaction<Result>(pool: Pool, work: (client: Queryable) => Promise<Result>): Promise<Result> {
  const client = await pool.connect();
  // A connection that breaks between two statements emits an error event. Without a listener it would end the process.
  const ignore = () => {};
  client.on('error', ignore);
  try {
    await client.query(`begin isolation level read committed; ${LIMITS}`);
    const result = await work(client);
    await client.query('commit');
    client.off('error', ignore);
    client.release();
    return result;
  } catch (error) {
    client.release(true);
    throw error;
  }
}
