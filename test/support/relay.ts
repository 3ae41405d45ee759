import pg from 'pg';
import { EventLog } from '../../libs/messaging/log/event-log.js';
import { LOG_LOCK } from '../../libs/messaging/relay/log-transaction.js';
import { system } from './system.js';

/**
 * Takes the lock that every relay needs. Events that are committed meanwhile stay in their outboxes.
 * @param use receives the last position of the log.
 * @param databaseUrl the log's database; by default the system's.
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
