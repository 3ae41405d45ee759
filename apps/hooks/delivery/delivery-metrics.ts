import type { Pool } from 'pg';
import { Counter, register } from 'prom-client';
import { LookupGauges } from '../../../libs/service-kit/lookup-gauges.js';
import type { AttemptError } from './attempt-outcome.js';

const attempts = new Counter({
  name: 'hooks_delivery_attempts_total',
  help: 'Attempts to deliver an event to an endpoint, by how they went and what the delivery is now',
  labelNames: ['outcome', 'state'],
  registers: [register],
});

export const countAttempt = (outcome: AttemptError | 'success', state: string | undefined): void =>
  attempts.inc({ outcome, state: state ?? 'lost' });

interface Queue {
  depth: Record<string, number>;
  oldestDue: number;
  breakersOpen: number;
}

/** What waits to be delivered; 0 for what has none. */
export function observeQueue(database: Pool): void {
  new LookupGauges(async () => {
    const { rows } = await database.query<Queue>(
      `select (select jsonb_object_agg(state, deliveries) from (
                 select s.state, count(d.delivery_id) as deliveries from unnest(array['pending', 'retrying', 'sending', 'held']) as s(state)
                 left join delivery d on d.state = s.state and d.state in ('pending', 'retrying', 'sending', 'held') group by s.state) by_state) as depth,
              (select coalesce(greatest(0, extract(epoch from clock_timestamp() - min(d.next_attempt_at))), 0)::float8
               from delivery d where d.state in ('pending', 'retrying')) as "oldestDue",
              (select count(*)::int from endpoint where breaker_until > clock_timestamp()) as "breakersOpen"`,
    );
    return rows[0]!;
  })
    .add('hooks_queue_depth', 'Deliveries that are not done with, by state', ['state'], ({ depth }) =>
      Object.entries(depth).map(([state, deliveries]) => [{ state }, deliveries]),
    )
    .add('hooks_oldest_due_seconds', 'For how long the delivery has been due that waits longest', [], ({ oldestDue }) => [
      [{}, oldestDue],
    ])
    .add('hooks_breakers_open', 'Endpoints to which nothing is sent for now, as they looked down', [], ({ breakersOpen }) => [
      [{}, breakersOpen],
    ]);
}
