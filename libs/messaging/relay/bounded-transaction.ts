import type { Pool, PoolClient } from 'pg';

export type Queryable = Pick<PoolClient, 'query'>;

/** How long a statement, a lock or a client that says nothing may hold up the relays. */
const LIMITS = `set local statement_timeout = '5s'; set local lock_timeout = '5s'; set local idle_in_transaction_session_timeout = '10s'`;

/**
 * Runs `work` in a READ COMMITTED transaction whose statements cannot hang. A connection that failed in any way is closed, never given to
 * the next user.
 */
export async function inBoundedTransaction<Result>(pool: Pool, work: (client: Queryable) => Promise<Result>): Promise<Result> {
  const client = await pool.connect();
  // A connection that breaks between two statements says so in an event, which would end the process if nobody listened.
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
