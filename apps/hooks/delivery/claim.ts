import type { Pool, PoolClient } from 'pg';
import type { DeliveryTrigger } from '../../../contracts/hooks/hook.resource.js';
import { type Sql, sql } from '../../../libs/database/sql.js';
import { endpointColumns, type EndpointRow } from '../endpoints/endpoint.row.js';
import { breakerQuota } from './breaker.js';
import { rateLimit } from './rate-limit.js';

/** How long a lease outlasts the timeout of the endpoint. After that, another worker takes the delivery. */
export const LEASE_MARGIN_MS = 30_000;
const ENDPOINTS_AT_ONCE = 100;
/** How many deliveries of an endpoint one claim postpones. More would lock the endpoint for too long. */
const POSTPONED_AT_ONCE = 1_000;

/** A delivery that this worker alone may send, until its lease ends. */
export interface ClaimedDelivery {
  deliveryId: string;
  hookId: string;
  eventId: string;
  inLog: boolean;
  data: string | null;
  type: string;
  typeVersion: number;
  trigger: DeliveryTrigger;
  /** The number of this attempt, from 1. */
  attempt: number;
  leaseToken: string;
  leasedUntil: Date;
  url: string;
  timeoutMs: number;
  contentMode: EndpointRow['contentMode'];
}

export interface ClaimRequest {
  worker: string;
  /** The largest number of deliveries to claim. */
  capacity: number;
  now: Date;
}

type Candidate = EndpointRow & { sending: number };
type Share = {
  hookId: string;
  quota: number;
  ordered: boolean;
  unloggedOnly: boolean;
  arrivalAt: Date | null;
  rate: ReturnType<typeof rateLimit> | undefined;
};

/**
 * Claims due deliveries fairly. The endpoint that waited longest comes first. Its quota is limited by its share, its own limit,
 * its rate and its breaker. For an ordered endpoint, only the earliest unfinished event of each aggregate is claimed. A delivery
 * that waits for the breaker or the rate uses no attempt. Nothing is claimed until the transaction commits.
 */
export async function claim(tx: PoolClient, { worker, capacity, now }: ClaimRequest): Promise<ClaimedDelivery[]> {
  if (capacity <= 0) return [];
  const candidates = await lockCandidates(tx, now);
  if (candidates.length === 0) return [];
  const shares = sharesOf(candidates, capacity, now);
  const hookIds = shares.map((share) => share.hookId);
  const { rows: claimed } = await tx.query<ClaimedDelivery>(
    sql`with share as (
       select * from unnest(
         ${hookIds}::uuid[], ${shares.map((share) => share.quota)}::int[], ${shares.map((share) => share.ordered)}::boolean[],
         ${shares.map((share) => share.unloggedOnly)}::boolean[]) as s(hook_id, quota, ordered, unlogged_only)
     ), picked as (
       select p.delivery_id from share s cross join lateral (
         select d.delivery_id from delivery d
         where d.hook_id = s.hook_id and d.state in ('pending', 'retrying') and d.next_attempt_at <= ${now}
           and (not s.ordered or d.partition_key is null or not exists (
             select from delivery o where o.hook_id = d.hook_id and o.partition_key = d.partition_key and o.position < d.position
               and o.state in ('pending', 'retrying', 'sending', 'held')))
         order by d.next_attempt_at, d.position limit s.quota
         for update of d skip locked
       ) p where not s.unlogged_only
       union all
       -- Tests and challenges have an index of their own, because any number of events may wait behind an open breaker.
       select p.delivery_id from share s cross join lateral (
         select d.delivery_id from delivery d
         where d.hook_id = s.hook_id and d.state in ('pending', 'retrying') and d.next_attempt_at <= ${now}
           and d.trigger in ('test', 'verify')
         order by d.next_attempt_at limit s.quota
         for update of d skip locked
       ) p where s.unlogged_only
     )
     update delivery d set state = 'sending', attempts = d.attempts + 1, lease_token = gen_random_uuid(), worker = ${worker},
       leased_until = ${now}::timestamptz + (e.timeout_ms + ${LEASE_MARGIN_MS}) * interval '1 millisecond'
     from endpoint e
     where d.delivery_id = any(array(select delivery_id from picked)) and e.hook_id = d.hook_id
     returning d.delivery_id as "deliveryId", d.hook_id as "hookId", d.event_id as "eventId", d.position is not null as "inLog",
       d.data, d.type, d.type_version as "typeVersion", d.trigger, d.attempts as attempt, d.lease_token as "leaseToken",
       d.leased_until as "leasedUntil", e.url, e.timeout_ms as "timeoutMs", e.content_mode as "contentMode"`,
  );
  const claimedOf = (hookId: string) => claimed.filter((delivery) => delivery.hookId === hookId).length;
  const arrivals = shares.map(({ hookId, rate, arrivalAt }) => {
    const claimedCount = claimedOf(hookId);
    return rate && claimedCount > 0 ? rate.arrivalAt(claimedCount) : arrivalAt;
  });
  await tx.query(
    sql`update endpoint e set last_claimed_at = ${now}, arrival_at = c.arrival_at
     from unnest(${hookIds}::uuid[], ${arrivals}::timestamptz[]) as c(hook_id, arrival_at) where e.hook_id = c.hook_id`,
  );
  const blocked = shares.filter(
    ({ hookId, quota, ordered, unloggedOnly }) => ordered && !unloggedOnly && quota > 0 && claimedOf(hookId) === 0,
  );
  if (blocked.length > 0) await postponeFollowers(tx, blocked.map(({ hookId }) => hookId), now); // prettier-ignore
  return claimed;
}

/**
 * When the earliest delivery of an endpoint `e` is due. This reads one index entry. A join would read every due delivery of every
 * endpoint.
 */
export const earliestDue = sql`(select d.next_attempt_at from delivery d where d.hook_id = e.hook_id and d.state in ('pending', 'retrying')
  order by d.next_attempt_at limit 1)`;
/** The same, for tests and challenges only. */
const earliestUnloggedDue = sql`(select d.next_attempt_at from delivery d where d.hook_id = e.hook_id and d.state in ('pending', 'retrying')
  and d.trigger in ('test', 'verify') order by d.next_attempt_at limit 1)`;

/** An endpoint with a due delivery, free capacity, and no breaker or throttle in the way. */
const claimable = (now: Date): Sql => sql`(
    (e.state = 'enabled' and greatest(e.breaker_until, e.throttled_until, ${now}) <= ${now} and ${earliestDue} <= ${now})
    or ${earliestUnloggedDue} <= ${now})
  and (select count(*) from delivery d where d.hook_id = e.hook_id and d.state = 'sending') < e.max_in_flight`;

/** Whether a claim could find a delivery. This takes one statement and no lock, because the queue is mostly empty. */
export async function isAnythingDue(database: Pick<Pool, 'query'>, now: Date): Promise<boolean> {
  const { rows } = await database.query<{ any: boolean }>(
    sql`select exists (select from endpoint e where ${claimable(now)}) as "any"`,
  );
  return rows[0]!.any;
}

/** Locks the claimable endpoints, so that no other worker claims their deliveries at the same time. */
async function lockCandidates(tx: PoolClient, now: Date): Promise<Candidate[]> {
  const { rows } = await tx.query<EndpointRow>(
    sql`select ${endpointColumns('e')} from endpoint e
     where ${claimable(now)}
     order by e.last_claimed_at nulls first, e.hook_id limit ${ENDPOINTS_AT_ONCE}
     for no key update of e skip locked`,
  );
  // A second statement counts the requests in flight. The statement that waited for the locks may not see what other workers have
  // just claimed.
  const { rows: counts } = await tx.query<{ hookId: string; sending: number }>(
    sql`select hook_id as "hookId", count(*)::int as sending from delivery
     where hook_id = any(${rows.map(({ hookId }) => hookId)}::uuid[]) and state = 'sending' group by hook_id`,
  );
  const sending = new Map(counts.map((count) => [count.hookId, count.sending]));
  return rows.map((endpoint) => ({ ...endpoint, sending: sending.get(endpoint.hookId) ?? 0 }));
}

/**
 * Postpones events until the retry of the event that they wait for. Otherwise every claim would read all of them while a receiver
 * refuses the first one. The rows of the endpoints are locked, so no such event changes meanwhile.
 */
async function postponeFollowers(tx: PoolClient, hookIds: string[], now: Date): Promise<void> {
  await tx.query(
    sql`with late as materialized (
       select f.delivery_id, head.next_attempt_at as at
       from unnest(${hookIds}::uuid[]) as s(hook_id) cross join lateral (
         select delivery_id, partition_key from delivery
         where hook_id = s.hook_id and state = 'pending' and next_attempt_at <= ${now} and partition_key is not null
         order by next_attempt_at, position limit ${POSTPONED_AT_ONCE}
       ) f cross join lateral (
         select state, next_attempt_at from delivery o
         where o.hook_id = s.hook_id and o.partition_key = f.partition_key and o.state in ('pending', 'retrying', 'sending', 'held')
         order by o.position limit 1
       ) head
       where head.state in ('pending', 'retrying') and head.next_attempt_at > ${now}
     )
     update delivery d set next_attempt_at = late.at from late
     where d.delivery_id = late.delivery_id and d.delivery_id = any(array(select delivery_id from late))`,
  );
}

/**
 * How much of the free capacity of the worker each endpoint gets: an equal part, and at least one delivery. No endpoint may have
 * more requests in flight than the capacity that it leaves free. So slow receivers never occupy the whole worker.
 */
function sharesOf(candidates: readonly Candidate[], capacity: number, now: Date): Share[] {
  const equal = Math.max(1, Math.floor(capacity / candidates.length));
  let left = capacity;
  return candidates.map((endpoint) => {
    const { hookId, ordered, arrivalAt, ratePerSecond, sending } = endpoint;
    const rate = ratePerSecond === null ? undefined : rateLimit(ratePerSecond, arrivalAt, now);
    const probing = breakerQuota(
      { failures: endpoint.breakerFailures, opened: endpoint.breakerOpened, until: endpoint.breakerUntil },
      now,
    );
    // Tests and challenges show whether an endpoint works, so they are sent in every state.
    const throttled = endpoint.throttledUntil !== null && endpoint.throttledUntil > now;
    const unloggedOnly = endpoint.state !== 'enabled' || probing === 0 || throttled;
    const limit = unloggedOnly ? 1 : Math.min(endpoint.maxInFlight, probing);
    const fair = sending === 0 ? Math.max(1, Math.floor(left / 2)) : Math.floor((left - sending) / 2);
    const quota = Math.max(0, Math.min(limit - sending, rate?.quota ?? Number.POSITIVE_INFINITY, equal, fair, left));
    left -= quota;
    return { hookId, quota, ordered, unloggedOnly, arrivalAt, rate };
  });
}
