import pg from 'pg';
import { LOG_LOCK } from '../../libs/messaging/relay/log-transaction.js';
import { system } from './system.js';

/** Holds the lock that every relay has to have: what is committed meanwhile stays in its outbox. */
export async function whileNothingIsRelayed<Result>(use: () => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: system().databaseAdminUrl });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [LOG_LOCK]);
    return await use();
  } finally {
    await client.end();
  }
}
