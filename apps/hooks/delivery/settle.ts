import type { Pool, PoolClient } from 'pg';
import { inTransaction } from '../../../libs/database/in-transaction.js';
import { raw, sql } from '../../../libs/database/sql.js';
import { endpointColumns, type EndpointRow } from '../endpoints/endpoint.row.js';
import { publishOperationalEvent } from '../endpoints/operational-events.js';
import { completeVerification } from '../endpoints/unlogged-deliveries.js';
import type { AttemptOutcome } from './attempt-outcome.js';
import { afterAttempt, type Breaker } from './breaker.js';
import type { ClaimedDelivery } from './claim.js';
import type { Clock } from '../../../libs/service-kit/clock.js';
import { disableEndpoint } from './disable-endpoint.js';
import { retryDelay, throttledFor } from './retry-schedule.js';

const EXHAUSTED_NOTIFIED_EVERY_MS = 3_600_000;
/** Statuses that a retry cannot change: the receiver refuses this body. */
const finalStatuses = new Set([410, 413, 415]);
/** No later attempt can send the event. */
const finalErrors = new Set<AttemptOutcome['error']>(['expired', 'unfit']);
/** Faults of this service. They do not count against the endpoint. */
const internalErrors = new Set<AttemptOutcome['error']>(['lease_lost', 'expired', 'unfit', 'internal']);
/** The precision of the time of the last success. An exact time would cost a write for each delivery. */
const LAST_SUCCESS_EVERY_MS = 1_000;

export type AttemptedDelivery = Pick<ClaimedDelivery, 'deliveryId' | 'hookId' | 'type' | 'trigger' | 'attempt' | 'leaseToken'> & {
  worker: string;
};

/**
 * Records the outcome of an attempt, and updates the delivery and its endpoint. The lease is a fence: results are ignored once it
 * has passed to another worker.
 *
 * @returns the new state of the delivery; undefined if the lease is lost or the endpoint is gone.
 */
export async function settle(
  database: Pool,
  delivery: AttemptedDelivery,
  outcome: AttemptOutcome,
  clock: Clock,
): Promise<string | undefined> {
  const now = clock.now();
  return inTransaction(database, async (tx) => {
    const succeeded = outcome.error === undefined;
    // The endpoint is locked before the delivery, in the same order everywhere. A success takes a shared lock, so it blocks no
    // other worker.
    const isPlainSuccess = succeeded && delivery.trigger !== 'verify';
    const endpoint = await lockEndpoint(tx, delivery.hookId, isPlainSuccess ? 'for key share' : 'for no key update');
    if (!endpoint) return undefined;
    const next = succeeded ? { state: 'succeeded' } : afterFailedAttempt(delivery, outcome, endpoint, clock, now);
    if (!(await writeAttempt(tx, delivery, outcome, next, now))) return undefined;
    if (succeeded) await recordSuccess(tx, delivery, endpoint, now);
    else await recordFailure(tx, delivery, outcome, endpoint, next.state, now);
    return next.state;
  });
}

interface NextState {
  state: string;
  at?: Date;
}

function afterFailedAttempt(
  delivery: AttemptedDelivery,
  outcome: AttemptOutcome,
  endpoint: EndpointRow,
  clock: Clock,
  now: Date,
): NextState {
  const delay = retryDelay(delivery.attempt, outcome, clock.random());
  const final = finalErrors.has(outcome.error) || (outcome.status !== undefined && finalStatuses.has(outcome.status));
  if (delay === undefined || final) return { state: 'exhausted' };
  const at = new Date(now.getTime() + (outcome.error === 'lease_lost' ? 0 : delay));
  const isUnlogged = delivery.trigger === 'test' || delivery.trigger === 'verify';
  if (isUnlogged || endpoint.state === 'enabled') return { state: 'retrying', at };
  return endpoint.state === 'paused' || endpoint.state === 'pending' ? { state: 'held', at } : { state: 'cancelled' };
}

async function lockEndpoint(tx: PoolClient, hookId: string, lock: string): Promise<EndpointRow | undefined> {
  const { rows } = await tx.query<EndpointRow>(
    sql`select ${endpointColumns()} from endpoint where hook_id = ${hookId} ${raw(lock)}`,
  );
  return rows[0];
}

async function writeAttempt(
  tx: PoolClient,
  delivery: AttemptedDelivery,
  outcome: AttemptOutcome,
  next: NextState,
  now: Date,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    sql`with settled as (
       update delivery set state = ${next.state}, next_attempt_at = coalesce(${next.at ?? null}, next_attempt_at),
         lease_token = null, leased_until = null, last_status = ${outcome.status ?? null}, last_error = ${outcome.error ?? null},
         finished_at = case when ${next.state} in ('succeeded', 'exhausted', 'cancelled') then ${now}::timestamptz end
       where delivery_id = ${delivery.deliveryId} and lease_token = ${delivery.leaseToken} returning delivery_id
     )
     insert into attempt (delivery_id, number, started_at, duration_ms, status, error, detail, request_headers, response_headers,
       response_body, worker)
     select delivery_id, ${delivery.attempt}, ${outcome.startedAt}, ${outcome.durationMs}, ${outcome.status ?? null},
       ${outcome.error ?? null}, ${outcome.detail ?? null}, ${outcome.requestHeaders}, ${outcome.responseHeaders ?? null},
       ${outcome.responseBody ?? null}, ${delivery.worker} from settled`,
  );
  return rowCount === 1;
}

async function recordSuccess(tx: PoolClient, delivery: AttemptedDelivery, endpointBefore: EndpointRow, now: Date): Promise<void> {
  const { hookId } = delivery;
  if (delivery.trigger === 'verify') await completeVerification(tx, hookId, now);
  const wasFailing = endpointBefore.failures > 0 || endpointBefore.breakerFailures > 0 || endpointBefore.failureNotified;
  if (wasFailing) {
    // Read again under the exclusive lock: another worker may have recorded a failure meanwhile.
    const endpoint = await lockEndpoint(tx, hookId, 'for no key update');
    await tx.query(
      sql`update endpoint set failing_since = null, failures = 0, warned_percent = 0, breaker_failures = 0,
       breaker_opened = 0, breaker_until = null, last_error = null where hook_id = ${hookId}`,
    );
    if (endpoint?.failureNotified) await publishOperationalEvent(tx, 'hooks.endpoint.recovered.v1', endpoint, {}, now);
  }
  if (endpointBefore.lastSuccessAt === null || now.getTime() - endpointBefore.lastSuccessAt.getTime() >= LAST_SUCCESS_EVERY_MS)
    await tx.query(sql`update endpoint set last_success_at = ${now} where hook_id = ${hookId}`);
}

async function recordFailure(
  tx: PoolClient,
  delivery: AttemptedDelivery,
  outcome: AttemptOutcome,
  endpoint: EndpointRow,
  state: string,
  now: Date,
): Promise<void> {
  const { hookId } = endpoint;
  if (internalErrors.has(outcome.error)) return;
  const failingSince = endpoint.failingSince ?? now;
  const lastError = outcome.detail ?? outcome.error ?? null;
  const breaker: Breaker = { failures: endpoint.breakerFailures, opened: endpoint.breakerOpened, until: endpoint.breakerUntil };
  const { failures, opened, until } = afterAttempt(breaker, outcome, now);
  const throttleMs = throttledFor(outcome);
  const throttledUntil = throttleMs > 0 ? new Date(now.getTime() + throttleMs) : null;
  await tx.query(
    sql`update endpoint set failures = failures + 1, failing_since = ${failingSince}, last_error = ${lastError},
     breaker_failures = ${failures}, breaker_opened = ${opened}, breaker_until = ${until},
     throttled_until = greatest(throttled_until, ${throttledUntil}) where hook_id = ${hookId}`,
  );
  if (outcome.status === 410 && endpoint.state !== 'disabled') {
    await disableEndpoint(tx, { ...endpoint, failingSince, lastError }, 'gone', now);
    return;
  }
  const notifiedAt = endpoint.exhaustedNotifiedAt?.getTime() ?? Number.NEGATIVE_INFINITY;
  if (state !== 'exhausted' || now.getTime() - notifiedAt < EXHAUSTED_NOTIFIED_EVERY_MS) return;
  await tx.query(sql`update endpoint set exhausted_notified_at = ${now} where hook_id = ${hookId}`);
  const data = { failingSince: failingSince.toISOString(), lastError, deliveryId: delivery.deliveryId, eventType: delivery.type };
  await publishOperationalEvent(tx, 'hooks.endpoint.exhausted.v1', endpoint, data, now);
}
