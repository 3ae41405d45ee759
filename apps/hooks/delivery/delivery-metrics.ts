import type { Pool } from 'pg';
import { Counter, register } from 'prom-client';
import { boundedCount } from '../../../libs/database/bounded-count.js';
import { join, raw, sql } from '../../../libs/database/sql.js';
import { LookupGauges } from '../../../libs/service-kit/lookup-gauges.js';
import type { KeyRotation } from '../endpoints/key-rotation.js';
import type { AttemptError } from './attempt-outcome.js';
import { earliestDue } from './claim.js';

const attempts = new Counter({
  name: 'hooks_delivery_attempts_total',
  help: 'Attempts to deliver an event to an endpoint, by outcome and by the state of the delivery',
  labelNames: ['outcome', 'state'],
  registers: [register],
});

/** How many hooks have their own series in one process. All further hooks are counted as `other`. */
const HOOKS_SHOWN = 100;
const shown = new Set<string>();
const attemptsOfHooks = new Counter({
  name: 'hooks_hook_attempts_total',
  help: `Attempts by hook, for the first ${HOOKS_SHOWN} hooks since the start of this process. All further hooks are counted as other`,
  labelNames: ['hook', 'outcome'],
  registers: [register],
});

export function countAttempt(hookId: string, outcome: AttemptError | 'success', state: string | undefined): void {
  attempts.inc({ outcome, state: state ?? 'lost' });
  if (shown.size < HOOKS_SHOWN) shown.add(hookId);
  attemptsOfHooks.inc({ hook: shown.has(hookId) ? hookId : 'other', outcome: outcome === 'success' ? 'success' : 'failure' });
}

/** The limit of the count, for each endpoint and state. */
const COUNTED_UP_TO = 10_000;
const WORST_SHOWN = 50;

const depths = ['pending', 'retrying', 'sending', 'held'].map((state) => {
  const literal = raw(`'${state}'`);
  const count = boundedCount(sql`delivery d where d.hook_id = e.hook_id and d.state = ${literal}`, COUNTED_UP_TO);
  return sql`${literal}, (select coalesce(sum(${count}), 0) from endpoint e)`;
});

interface Queue {
  depth: Record<string, number>;
  oldestDue: number;
  breakersOpen: number;
  /** The hooks that are furthest behind, or have failed for the longest time. */
  worst: { hookId: string; dueSeconds: number; failingSeconds: number }[];
  oldKeySecrets: number;
}

/**
 * Exports the metrics of the delivery queue. Only the worst hooks have their own series, so that the number of series is limited.
 */
export function observeQueue(database: Pool, rotation: Pick<KeyRotation, 'remaining'>): void {
  new LookupGauges(async () => {
    const { rows } = await database.query<Omit<Queue, 'worst' | 'oldKeySecrets'>>(
      sql`select json_build_object(${join(depths)}) as depth,
       (select coalesce(greatest(0, extract(epoch from clock_timestamp() - min(${earliestDue}))), 0)::float8
        from endpoint e) as "oldestDue",
       (select count(*)::int from endpoint where breaker_until > clock_timestamp()) as "breakersOpen"`,
    );
    const { rows: worst } = await database.query<Queue['worst'][number]>(
      sql`select hook_id as "hookId", coalesce(greatest(0, extract(epoch from clock_timestamp() - due)), 0)::float8 as "dueSeconds",
              coalesce(extract(epoch from clock_timestamp() - failing_since), 0)::float8 as "failingSeconds"
       from (select e.hook_id, e.failing_since, ${earliestDue} as due from endpoint e) e
       where due <= clock_timestamp() or failing_since is not null
       order by least(due, failing_since), hook_id limit ${WORST_SHOWN}`,
    );
    return { ...rows[0]!, worst, oldKeySecrets: await rotation.remaining() };
  })
    .add('hooks_queue_depth', 'Unfinished deliveries, by state', ['state'], ({ depth }) =>
      Object.entries(depth).map(([state, deliveries]) => [{ state }, deliveries]),
    )
    .add('hooks_oldest_due_seconds', 'How long the oldest due delivery has waited', [], ({ oldestDue }) => [[{}, oldestDue]])
    .add('hooks_breakers_open', 'Endpoints whose circuit breaker is open', [], ({ breakersOpen }) => [[{}, breakersOpen]])
    .add(
      'hooks_hook_oldest_due_seconds',
      `How long the oldest due delivery of a hook has waited, for the ${WORST_SHOWN} worst hooks`,
      ['hook'],
      ({ worst }) => worst.map(({ hookId, dueSeconds }) => [{ hook: hookId }, dueSeconds]),
    )
    .add(
      'hooks_hook_failing_seconds',
      `How long a failing hook has had no success, for the ${WORST_SHOWN} worst hooks`,
      ['hook'],
      ({ worst }) => worst.map(({ hookId, failingSeconds }) => [{ hook: hookId }, failingSeconds]),
    )
    .add(
      'hooks_old_key_secrets',
      'Secrets and stored answers that are encrypted with a key of HOOKS_OLD_SECRET_KEYS. At 0 those keys can be removed',
      [],
      ({ oldKeySecrets }) => [[{}, oldKeySecrets]],
    );
}
