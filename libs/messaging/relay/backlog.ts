import type { Pool } from 'pg';
import type { OutboxPlace } from './outbox-place.js';

/** Counting a backlog to its end would cost more the larger it is. */
const COUNTED_UP_TO = 100_000;

/** What waits in an outbox. */
export interface Backlog {
  /** Up to 100,000. */
  rows: number;
  oldestAgeSeconds: number;
  dead: number;
  parked: number;
  skipped: number;
}

/** Looks at one outbox. @throws when its database cannot be used. */
export async function readBacklog(log: Pool, { outbox, dead, elsewhere = log }: OutboxPlace): Promise<Backlog> {
  const { rows } = await elsewhere.query<Backlog>(
    `select (select count(*)::int from (select from ${outbox} limit ${COUNTED_UP_TO}) counted) as rows,
       coalesce((select extract(epoch from clock_timestamp() - created_at) from ${outbox} order by id limit 1), 0)::float8 as "oldestAgeSeconds",
       count(*) filter (where state = 'dead')::int as dead, count(*) filter (where state = 'parked')::int as parked,
       count(*) filter (where state = 'skipped')::int as skipped
     from ${dead}`,
  );
  return rows[0]!;
}
