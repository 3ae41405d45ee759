import type { Pool } from 'pg';
import { Gauge, register } from 'prom-client';

interface Held {
  consumer: string;
  state: string;
  rows: number;
  oldest: number;
}

/** Gauges over what consumers could not apply, asked of the database whenever somebody looks; nothing new while that is away. */
export function observeInbox(database: Pool, consumers: readonly string[] | (() => readonly string[])): void {
  let asking: Promise<Held[]> | undefined;
  // The gauges of one scrape are filled from one look.
  const held = () =>
    (asking ??= readHeld(database, typeof consumers === 'function' ? consumers() : consumers).finally(
      () => (asking = undefined),
    ));
  const gauge = (name: string, help: string, value: (row: Held) => number) => {
    register.removeSingleMetric(name);
    const asked: Gauge = new Gauge({
      name,
      help,
      labelNames: ['consumer', 'state'],
      registers: [],
      collect: async () => {
        const rows = await held().catch(() => undefined);
        if (!rows) return;
        asked.reset(); // consumers come and go
        for (const row of rows) asked.set({ consumer: row.consumer, state: row.state }, value(row));
      },
    });
    register.registerMetric(asked);
  };
  gauge('inbox_held_events', 'Events that a consumer could not apply, by state; dead ones need a decision', ({ rows }) => rows);
  gauge('inbox_held_oldest_seconds', 'How long the oldest of them has been held', ({ oldest }) => oldest);
}

async function readHeld(database: Pool, consumers: readonly string[]): Promise<Held[]> {
  const { rows } = await database.query<Held>(
    `select consumer, state, count(id)::int as rows,
            coalesce(extract(epoch from clock_timestamp() - min(held_at)), 0)::float8 as oldest
     from unnest($1::text[]) as consumer cross join unnest(array['failing', 'parked', 'dead']) as state
     left join inbox_dead using (consumer, state) group by consumer, state`,
    [consumers],
  );
  return rows;
}
