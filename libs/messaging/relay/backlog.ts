import type { Pool } from 'pg';
import type { OutboxPlace } from './outbox-place.js';

/** Counting a backlog to its end would cost more the larger it is. */
const COUNTED_UP_TO = 100_000;
const countOf = (rows: string): string => `(select count(*)::int from (select from ${rows} limit ${COUNTED_UP_TO}) counted)`;

/** What waits in an outbox. */
export interface Backlog {
  /** Each count goes up to 100,000. */
  rows: number;
  oldestAgeSeconds: number;
  dead: number;
  parked: number;
  skipped: number;
}

/** Looks at one outbox. @throws when its database cannot be used. */
export async function readBacklog(log: Pool, { outbox, dead, elsewhere = log }: OutboxPlace): Promise<Backlog> {
  const { rows } = await elsewhere.query<Backlog>(
    `select ${countOf(outbox)} as rows,
       coalesce((select extract(epoch from clock_timestamp() - created_at) from ${outbox} order by id limit 1), 0)::float8 as "oldestAgeSeconds",
       ${countOf(`${dead} where state = 'dead'`)} as dead, ${countOf(`${dead} where state = 'parked'`)} as parked,
       ${countOf(`${dead} where state = 'skipped'`)} as skipped`,
  );
  return rows[0]!;
}
