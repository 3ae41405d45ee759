import type { Pool } from 'pg';
import { boundedCount } from '../../database/bounded-count.js';
import { sql } from '../../database/sql.js';
import type { OutboxPlace } from './outbox-place.js';

/** The rows that wait in an outbox. */
export interface Backlog {
  /** Each count goes up to 100,000. */
  rows: number;
  oldestAgeSeconds: number;
  dead: number;
  parked: number;
}

/** Reads one outbox. @throws if its database cannot be used. */
export async function readBacklog(log: Pool, { outbox, dead, externalPool = log }: OutboxPlace): Promise<Backlog> {
  const { rows } = await externalPool.query<Backlog>(
    sql`select ${boundedCount(outbox)} as rows,
     coalesce((select extract(epoch from clock_timestamp() - created_at) from ${outbox} order by id limit 1), 0)::float8 as "oldestAgeSeconds",
     ${boundedCount(sql`${dead} where state = 'dead'`)} as dead, ${boundedCount(sql`${dead} where state = 'parked'`)} as parked`,
  );
  return rows[0]!;
}
