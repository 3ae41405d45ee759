import type { Pool } from 'pg';
import { boundedCount } from '../../database/bounded-count.js';
import { join, raw, sql } from '../../database/sql.js';
import { LookupGauges } from '../../service-kit/lookup-gauges.js';

interface Held {
  consumer: string;
  state: string;
  rows: number;
  oldest: number;
}

/** Metrics of the events that consumers could not apply. @param consumers is called at each scrape, because the consumers change. */
export function observeInbox(database: Pool, consumers: () => readonly string[]): void {
  const gauges = new LookupGauges(() => readHeld(database, consumers()));
  const add = (name: string, help: string, value: (row: Held) => number) =>
    gauges.add(name, help, ['consumer', 'state'], (rows) =>
      rows.map((row) => [{ consumer: row.consumer, state: row.state }, value(row)]),
    );
  add('inbox_held_events', 'Events that a consumer could not apply, by state; dead ones need a decision', ({ rows }) => rows);
  add('inbox_held_oldest_seconds', 'How long the oldest of them has been held', ({ oldest }) => oldest);
}

const perState = ['failing', 'parked', 'dead'].map((state) => {
  const literal = raw(`'${state}'`);
  const ofState = sql`inbox_dead d where d.consumer = c.consumer and d.state = ${literal}`;
  return sql`(${literal}, ${boundedCount(ofState)},
           (select extract(epoch from clock_timestamp() - held_at) from ${ofState} order by d.id limit 1))`;
});

async function readHeld(database: Pool, consumers: readonly string[]): Promise<Held[]> {
  const { rows } = await database.query<Held>(
    sql`select c.consumer, s.state, s.rows, coalesce(s.oldest, 0)::float8 as oldest
     from unnest(${consumers}::text[]) as c(consumer) cross join lateral (values ${join(perState)}) as s(state, rows, oldest)`,
  );
  return rows;
}
