import type { Pool } from 'pg';
import { Counter, register } from 'prom-client';
import { boundedCount } from '../../../libs/database/bounded-count.js';
import { LookupGauges } from '../../../libs/service-kit/lookup-gauges.js';
import type { AttemptError } from './attempt-outcome.js';
import { earliestDue } from './claim.js';

const attempts = new Counter({
  name: 'hooks_delivery_attempts_total',
  help: 'Attempts to deliver an event to an endpoint, by how they went and what the delivery is now',
  labelNames: ['outcome', 'state'],
  registers: [register],
});

export const countAttempt = (outcome: AttemptError | 'success', state: string | undefined): void =>
  attempts.inc({ outcome, state: state ?? 'lost' });

/** Of each endpoint and state. */
const COUNTED_UP_TO = 10_000;

const depths = ['pending', 'retrying', 'sending', 'held'].map((state) => {
  const count = boundedCount(`delivery d where d.hook_id = e.hook_id and d.state = '${state}'`, COUNTED_UP_TO);
  return `'${state}', (select coalesce(sum(${count}), 0) from endpoint e)`;
});

interface Queue {
  depth: Record<string, number>;
  oldestDue: number;
  breakersOpen: number;
}

/** What waits to be delivered; 0 for what has none. */
export function observeQueue(database: Pool): void {
  new LookupGauges(async () => {
    const { rows } = await database.query<Queue>(
      `select json_build_object(${depths.join(', ')}) as depth,
              (select coalesce(greatest(0, extract(epoch from clock_timestamp() - min(${earliestDue}))), 0)::float8 from endpoint e) as "oldestDue",
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
