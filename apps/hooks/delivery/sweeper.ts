import type { Pool } from 'pg';
import { inTransaction } from '../../../libs/database/in-transaction.js';
import { sql } from '../../../libs/database/sql.js';
import { endpointColumns, type EndpointRow } from '../endpoints/endpoint.row.js';
import { publishOperationalEvent } from '../endpoints/operational-events.js';
import type { Clock } from '../../../libs/service-kit/clock.js';
import { disableEndpoint } from './disable-endpoint.js';
import { DISABLE_AFTER_MS, failureActionFor, hasFailureAction } from './failing-endpoint.js';
import { type AttemptedDelivery, settle } from './settle.js';

const BATCH = 200;
const PURGE_BATCH = 2_000;

/** How long rows are kept, in ms. */
export interface HooksRetention {
  /** Finished deliveries with their attempts, and finished recoveries. Deliveries that wait are given up when they are as old. */
  deliveriesMs: number;
  /** Idempotency keys with their answers. */
  commandsMs: number;
}

/**
 * Periodic work: expired leases, deliveries that do not match the state of their endpoint, endpoints that failed for too long,
 * and retention.
 */
export class Sweeper {
  constructor(
    private readonly database: Pool,
    private readonly clock: Clock,
    private readonly retention: HooksRetention,
  ) {}

  /** One batch of each kind. @returns whether one of them was full, so that there may be more. */
  async sweep(): Promise<boolean> {
    const batches = [
      await this.expireLeases(),
      await this.reconcileEndpointStates(),
      await this.cancelWaiting(),
      await this.handleFailingEndpoints(),
      await this.purge(),
    ];
    return batches.some((full) => full);
  }

  /** Ends the attempts of workers that are gone. The attempt counts, and another worker makes the next one at once. */
  private async expireLeases(): Promise<boolean> {
    const { rows } = await this.database.query<AttemptedDelivery & { startedAt: Date }>(
      sql`select delivery_id as "deliveryId", hook_id as "hookId", type, trigger, attempts as attempt,
         lease_token as "leaseToken", worker, leased_until as "startedAt"
       from delivery where state = 'sending' and leased_until < ${this.clock.now()} order by leased_until limit ${BATCH}`,
    );
    for (const { startedAt, ...delivery } of rows) {
      const detail = `The worker ${delivery.worker} was lost during the attempt. The receiver may have received the event.`;
      await settle(
        this.database,
        delivery,
        { startedAt, durationMs: 0, error: 'lease_lost', detail, requestHeaders: {} },
        this.clock,
      );
    }
    return rows.length === BATCH;
  }

  /**
   * Corrects waiting deliveries that do not match the state of their endpoint. The fan-out and recoveries take no lock on the
   * endpoint, so they may queue by a state that has just changed.
   */
  private async reconcileEndpointStates(): Promise<boolean> {
    const now = this.clock.now();
    const { rowCount } = await this.database.query(
      sql`with misplaced as (
         select d.delivery_id, e.state as endpoint_state from endpoint e cross join lateral unnest(case e.state
           when 'enabled' then array['held'] when 'disabled' then array['pending', 'retrying', 'held']
           else array['pending', 'retrying'] end
         ) as wrong(state) cross join lateral (
           -- One state at a time, in the order of an index. Otherwise the planner may read all deliveries.
           select delivery_id from delivery
           where hook_id = e.hook_id and state = wrong.state and trigger not in ('test', 'verify') order by created_at, delivery_id
           limit ${BATCH}
         ) d for no key update of e skip locked
       )
       update delivery d set
         state = case m.endpoint_state when 'enabled' then 'pending' when 'disabled' then 'cancelled' else 'held' end,
         next_attempt_at = case m.endpoint_state when 'enabled' then ${now}::timestamptz else d.next_attempt_at end,
         last_error = case m.endpoint_state when 'disabled' then 'endpoint_disabled' else d.last_error end,
         finished_at = case m.endpoint_state when 'disabled' then ${now}::timestamptz end
       from misplaced m where d.delivery_id = m.delivery_id and d.state in ('pending', 'retrying', 'held')`,
    );
    return (rowCount ?? 0) >= BATCH;
  }

  /**
   * Cancels deliveries that have waited for as long as finished ones are kept. A paused hook holds them. An enabled hook has not got them
   * because its rate is too low, or because earlier deliveries of their aggregate fail. Otherwise the queue, and the log that it keeps, would
   * grow without end. A recovery sends them as long as the log has them. A hook that is down loses none before it is disabled.
   */
  private async cancelWaiting(): Promise<boolean> {
    const now = this.clock.now();
    const before = (ageMs: number) => new Date(now.getTime() - ageMs);
    const { deliveriesMs } = this.retention;
    const { rowCount } = await this.database.query(
      sql`with old as (
         select d.delivery_id from endpoint e cross join lateral (
           select case e.state when 'enabled' then 'pending' else 'held' end as state,
                  case e.state when 'enabled' then ${before(Math.max(deliveriesMs, DISABLE_AFTER_MS))}::timestamptz
                    else ${before(deliveriesMs)}::timestamptz end as created_before
         ) waiting cross join lateral (
           select delivery_id from delivery
           where hook_id = e.hook_id and state = waiting.state and created_at < waiting.created_before
           order by created_at, delivery_id limit ${PURGE_BATCH}
         ) d for no key update of e skip locked
       )
       update delivery d set state = 'cancelled', finished_at = ${now},
         last_error = case d.state when 'held' then 'held_too_long' else 'waited_too_long' end
       from old where d.delivery_id = old.delivery_id and d.state in ('held', 'pending')`,
    );
    return (rowCount ?? 0) >= PURGE_BATCH;
  }

  private async handleFailingEndpoints(): Promise<boolean> {
    const now = this.clock.now();
    return inTransaction(this.database, async (tx) => {
      const { rows } = await tx.query<EndpointRow & { failingSince: Date }>(
        sql`select ${endpointColumns()} from endpoint
         where state = 'enabled' and ${hasFailureAction(now)} order by failing_since limit ${BATCH}
         for no key update skip locked`,
      );
      for (const endpoint of rows) {
        const action = failureActionFor(endpoint, now);
        if (action === 'disable') await disableEndpoint(tx, endpoint, 'failing', now);
        else if (action) {
          await tx.query(sql`update endpoint set warned_percent = ${action.warn} where hook_id = ${endpoint.hookId}`);
          const failingSince = endpoint.failingSince.toISOString();
          const disabledAt = new Date(endpoint.failingSince.getTime() + DISABLE_AFTER_MS).toISOString();
          const data = { failingSince, lastError: endpoint.lastError, percent: action.warn, disabledAt };
          await publishOperationalEvent(tx, 'hooks.endpoint.warned.v1', endpoint, data, now);
        }
      }
      return rows.length === BATCH;
    });
  }

  private async purge(): Promise<boolean> {
    const now = this.clock.now().getTime();
    const finishedBefore = new Date(now - this.retention.deliveriesMs);
    const purged = [
      await this.database.query(
        sql`delete from delivery where delivery_id = any(array(
         select delivery_id from delivery where finished_at < ${finishedBefore} order by finished_at limit ${PURGE_BATCH}))`,
      ),
      await this.database.query(
        sql`delete from recovery where recovery_id = any(array(
         select recovery_id from recovery where finished_at < ${finishedBefore} order by finished_at limit ${PURGE_BATCH}))`,
      ),
      await this.database.query(
        sql`delete from command where key = any(array(
           select key from command where created_at < ${new Date(now - this.retention.commandsMs)} order by created_at limit ${PURGE_BATCH}))`,
      ),
    ];
    return purged.some(({ rowCount }) => rowCount === PURGE_BATCH);
  }
}
