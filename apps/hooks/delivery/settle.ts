import type { Pool, PoolClient } from 'pg';
import { inTransaction } from '../../../libs/database/in-transaction.js';
import { endpointColumns, type EndpointRow } from '../endpoints/endpoint.row.js';
import { tell } from '../endpoints/operational-events.js';
import { acceptProof } from '../endpoints/own-deliveries.js';
import type { AttemptOutcome } from './attempt-outcome.js';
import { afterAttempt, type Breaker } from './breaker.js';
import type { ClaimedDelivery } from './claim.js';
import type { Clock } from '../../../libs/service-kit/clock.js';
import { disableEndpoint } from './disable-endpoint.js';
import { retryDelay, throttledFor } from './retry-schedule.js';

const EXHAUSTED_TOLD_EVERY_MS = 3_600_000;
/** Statuses that no repetition changes: the receiver does not take this body. */
const finalStatuses = new Set([410, 413, 415]);
/** Nothing can be sent in these cases, however often it is tried. */
const finalErrors = new Set<AttemptOutcome['error']>(['expired', 'unfit']);
/** That a worker of ours was lost, the log has been cut, data is wrong or a secret cannot be read says nothing about the endpoint. */
const oursToMend = new Set<AttemptOutcome['error']>(['lease_lost', 'expired', 'unfit', 'internal']);
/** How exactly it is kept when an endpoint last succeeded: each time would be a write for each delivery. */
const LAST_SUCCESS_EVERY_MS = 1_000;

export type Settled = Pick<ClaimedDelivery, 'deliveryId' | 'hookId' | 'type' | 'trigger' | 'attempt' | 'leaseToken'> & {
  worker: string;
};

/**
 * Writes down how an attempt went, and what follows from it for the delivery and its endpoint. Fenced by the lease: of a worker that was
 * taken for dead nothing is believed any more.
 *
 * @returns the state that the delivery has now; undefined when it is not this worker's any more, or its endpoint is gone.
 */
export async function settle(
  database: Pool,
  delivery: Settled,
  outcome: AttemptOutcome,
  clock: Clock,
): Promise<string | undefined> {
  const now = clock.now();
  return inTransaction(database, async (tx) => {
    const succeeded = outcome.error === undefined;
    // Before the delivery's row, as everybody else: a success does not keep others from the endpoint, unless it ends a bad time.
    const sharing = succeeded && delivery.trigger !== 'verify';
    const endpoint = await lockEndpoint(tx, delivery.hookId, sharing ? 'for key share' : 'for no key update');
    if (!endpoint) return undefined;
    const next = succeeded ? { state: 'succeeded' } : afterFailedAttempt(delivery, outcome, endpoint, clock, now);
    if (!(await writeAttempt(tx, delivery, outcome, next, now))) return undefined;
    if (succeeded) await noteSuccess(tx, delivery, endpoint, now);
    else await noteFailure(tx, delivery, outcome, endpoint, next.state, now);
    return next.state;
  });
}

interface Next {
  state: string;
  at?: Date;
}

function afterFailedAttempt(delivery: Settled, outcome: AttemptOutcome, endpoint: EndpointRow, clock: Clock, now: Date): Next {
  const delay = retryDelay(delivery.attempt, outcome, clock.random());
  const final = finalErrors.has(outcome.error) || (outcome.status !== undefined && finalStatuses.has(outcome.status));
  if (delay === undefined || final) return { state: 'exhausted' };
  const at = new Date(now.getTime() + (outcome.error === 'lease_lost' ? 0 : delay));
  const own = delivery.trigger === 'test' || delivery.trigger === 'verify';
  if (own || endpoint.state === 'enabled') return { state: 'retrying', at };
  return endpoint.state === 'paused' || endpoint.state === 'pending' ? { state: 'held', at } : { state: 'cancelled' };
}

async function lockEndpoint(tx: PoolClient, hookId: string, lock: string): Promise<EndpointRow | undefined> {
  const { rows } = await tx.query<EndpointRow>(`select ${endpointColumns()} from endpoint where hook_id = $1 ${lock}`, [hookId]);
  return rows[0];
}

async function writeAttempt(tx: PoolClient, delivery: Settled, outcome: AttemptOutcome, next: Next, now: Date): Promise<boolean> {
  const { rowCount } = await tx.query(
    `with settled as (
       update delivery set state = $3, next_attempt_at = coalesce($4, next_attempt_at), lease_token = null, leased_until = null,
         last_status = $5, last_error = $6, finished_at = case when $3 in ('succeeded', 'exhausted', 'cancelled') then $7::timestamptz end
       where delivery_id = $1 and lease_token = $2 returning delivery_id
     )
     insert into attempt (delivery_id, number, started_at, duration_ms, status, error, detail, request_headers, response_headers, response_body, worker)
     select delivery_id, $8, $9, $10, $5, $6, $11, $12, $13, $14, $15 from settled`,
    [
      delivery.deliveryId,
      delivery.leaseToken,
      next.state,
      next.at ?? null,
      outcome.status ?? null,
      outcome.error ?? null,
      now,
      delivery.attempt,
      outcome.startedAt,
      outcome.durationMs,
      outcome.detail ?? null,
      outcome.requestHeaders,
      outcome.responseHeaders ?? null,
      outcome.responseBody ?? null,
      delivery.worker,
    ],
  );
  return rowCount === 1;
}

async function noteSuccess(tx: PoolClient, delivery: Settled, seen: EndpointRow, now: Date): Promise<void> {
  const { hookId } = delivery;
  if (delivery.trigger === 'verify') await acceptProof(tx, hookId, now);
  const bad = seen.failures > 0 || seen.breakerFailures > 0 || seen.troubleTold;
  if (bad) {
    // Read again under the lock that counts: others may have failed, or said so, meanwhile.
    const endpoint = await lockEndpoint(tx, hookId, 'for no key update');
    await tx.query(
      `update endpoint set failing_since = null, failures = 0, warned_percent = 0, breaker_failures = 0, breaker_opened = 0, breaker_until = null,
         last_error = null where hook_id = $1`,
      [hookId],
    );
    if (endpoint?.troubleTold) await tell(tx, 'hooks.endpoint.recovered.v1', endpoint, {}, now);
  }
  if (seen.lastSuccessAt === null || now.getTime() - seen.lastSuccessAt.getTime() >= LAST_SUCCESS_EVERY_MS)
    await tx.query('update endpoint set last_success_at = $2 where hook_id = $1', [hookId, now]);
}

async function noteFailure(
  tx: PoolClient,
  delivery: Settled,
  outcome: AttemptOutcome,
  endpoint: EndpointRow,
  state: string,
  now: Date,
): Promise<void> {
  const { hookId } = endpoint;
  if (oursToMend.has(outcome.error)) return;
  const failingSince = endpoint.failingSince ?? now;
  const lastError = outcome.detail ?? outcome.error ?? null;
  const breaker: Breaker = { failures: endpoint.breakerFailures, opened: endpoint.breakerOpened, until: endpoint.breakerUntil };
  const { failures, opened, until } = afterAttempt(breaker, outcome, now);
  const throttleMs = throttledFor(outcome);
  await tx.query(
    `update endpoint set failures = failures + 1, failing_since = $2, last_error = $3, breaker_failures = $4, breaker_opened = $5,
       breaker_until = $6, throttled_until = greatest(throttled_until, $7) where hook_id = $1`,
    [hookId, failingSince, lastError, failures, opened, until, throttleMs > 0 ? new Date(now.getTime() + throttleMs) : null],
  );
  if (outcome.status === 410 && endpoint.state !== 'disabled') {
    await disableEndpoint(tx, { ...endpoint, failingSince, lastError }, 'gone', now);
    return;
  }
  const toldAt = endpoint.exhaustedToldAt?.getTime() ?? Number.NEGATIVE_INFINITY;
  if (state !== 'exhausted' || now.getTime() - toldAt < EXHAUSTED_TOLD_EVERY_MS) return;
  await tx.query('update endpoint set exhausted_told_at = $2 where hook_id = $1', [hookId, now]);
  const said = { failingSince: failingSince.toISOString(), lastError, deliveryId: delivery.deliveryId, eventType: delivery.type };
  await tell(tx, 'hooks.endpoint.exhausted.v1', endpoint, said, now);
}
