import type { Pool } from 'pg';
import { inTransaction } from '../../../libs/database/in-transaction.js';
import { sql } from '../../../libs/database/sql.js';
import { endpointColumns, type EndpointRow } from '../endpoints/endpoint.row.js';
import { publishOperationalEvent } from '../endpoints/operational-events.js';
import type { Clock } from '../../../libs/service-kit/clock.js';
import { disableEndpoint } from './disable-endpoint.js';
import { DISABLE_AFTER_MS, failureActionFor } from './failing-endpoint.js';
import { type AttemptedDelivery, settle } from './settle.js';

const BATCH = 200;
const PURGE_BATCH = 2_000;

/** How long rows are kept, in ms. */
export interface HooksRetention {
  /** Finished deliveries with their attempts, and finished recoveries. Held deliveries are given up when they are as old. */
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
    const batches = [await this.expireLeases(), await this.reconcileEndpointStates(), await this.cancelHeld()];
    await this.handleFailingEndpoints();
    return [...batches, await this.purge()].some((full) => full);
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
   * Cancels what a paused hook has held for as long as finished deliveries are kept. Otherwise a hook that stays paused would keep its
   * queue, and the log, growing without end. A recovery sends it as long as the log has it.
   */
  private async cancelHeld(): Promise<boolean> {
    const now = this.clock.now();
    const heldBefore = new Date(now.getTime() - this.retention.deliveriesMs);
    const { rowCount } = await this.database.query(
      sql`with old as (
         select d.delivery_id from endpoint e cross join lateral (
           select delivery_id from delivery where hook_id = e.hook_id and state = 'held' and created_at < ${heldBefore}
           order by created_at, delivery_id limit ${PURGE_BATCH}
         ) d where e.state in ('paused', 'pending') for no key update of e skip locked
       )
       update delivery d set state = 'cancelled', last_error = 'held_too_long', finished_at = ${now}
       from old where d.delivery_id = old.delivery_id and d.state = 'held'`,
    );
    return (rowCount ?? 0) >= PURGE_BATCH;
  }

  private async handleFailingEndpoints(): Promise<void> {
    const now = this.clock.now();
    await inTransaction(this.database, async (tx) => {
      const { rows } = await tx.query<EndpointRow & { failingSince: Date }>(
        sql`select ${endpointColumns()} from endpoint
         where state = 'enabled' and failing_since <= ${new Date(now.getTime() - DISABLE_AFTER_MS / 2)}
         order by failing_since limit ${BATCH}
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
