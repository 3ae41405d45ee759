import pg from 'pg';
import { EventLog } from '../../libs/messaging/log/event-log.js';
import { LOG_LOCK } from '../../libs/messaging/relay/log-transaction.js';
import { system } from './system.js';

/**
 * Holds the lock that every relay has to have: what is committed meanwhile stays in its outbox, and the log does not go on.
 * @param use is told the last position of the log.
 * @param databaseUrl where the log is: the system's own database, unless a test has another.
 */
export async function whileNothingIsRelayed<Result>(
  use: (head: number) => Promise<Result>,
  databaseUrl = system().databaseAdminUrl,
): Promise<Result> {
  const pool = new pg.Pool({ connectionString: databaseUrl });
  const client = await pool.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [LOG_LOCK]);
    return await use(await new EventLog(pool).head());
  } finally {
    client.release(true);
    await pool.end();
  }
}
