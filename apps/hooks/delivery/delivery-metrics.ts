import type { Pool } from 'pg';
import { Counter, Gauge, register } from 'prom-client';
import type { AttemptError } from './attempt-outcome.js';

const attempts = new Counter({
  name: 'hooks_delivery_attempts_total',
  help: 'Attempts to deliver an event to an endpoint, by how they went and what the delivery is now',
  labelNames: ['outcome', 'state'],
  registers: [register],
});

export const countAttempt = (outcome: AttemptError | 'success', state: string | undefined): void =>
  attempts.inc({ outcome, state: state ?? 'lost' });

/** Gauges over the queue, asked of the database whenever somebody looks; 0 for what has none, and nothing new while it is away. */
export function observeQueue(database: Pool): void {
  const gauge = (name: string, help: string, labelNames: string[], collect: (asked: Gauge) => Promise<void>): void => {
    register.removeSingleMetric(name);
    const asked: Gauge = new Gauge({
      name,
      help,
      labelNames,
      registers: [],
      collect: () => collect(asked).catch(() => {}),
    });
    register.registerMetric(asked);
  };
  gauge('hooks_queue_depth', 'Deliveries that are not done with, by state', ['state'], async (it) => {
    const { rows } = await database.query<{ state: string; count: number }>(
      `select s.state, count(d.delivery_id)::int as count from unnest(array['pending', 'retrying', 'sending', 'held']) as s(state)
       left join delivery d on d.state = s.state and d.state in ('pending', 'retrying', 'sending', 'held') group by s.state`,
    );
    for (const { state, count } of rows) it.set({ state }, count);
  });
  gauge('hooks_oldest_due_seconds', 'For how long the delivery has been due that waits longest', [], async (it) => {
    const { rows } = await database.query<{ seconds: number }>(
      `select coalesce(greatest(0, extract(epoch from clock_timestamp() - min(d.next_attempt_at))), 0)::float8 as seconds
       from delivery d where d.state in ('pending', 'retrying')`,
    );
    it.set(rows[0]!.seconds);
  });
  gauge('hooks_breakers_open', 'Endpoints to which nothing is sent for now, as they looked down', [], async (it) => {
    const { rows } = await database.query<{ count: number }>(
      'select count(*)::int as count from endpoint where breaker_until > clock_timestamp()',
    );
    it.set(rows[0]!.count);
  });
}
