import type { Pool } from 'pg';
import { inTransaction } from '../../../libs/database/in-transaction.js';
import { sql } from '../../../libs/database/sql.js';
import type { Clock } from '../../../libs/service-kit/clock.js';
import { newestVersions } from '../endpoints/event-types.js';

const SCAN = 1_000;
/** A recovery continues when fewer deliveries of its endpoint wait, so that the queue stays short. */
const MAX_WAITING = 10_000;

/** Whether it is not known any more which of the events that a recovery `r` still has before it have succeeded at its endpoint `e`. */
const expired = sql`r.only_missing
  and greatest(r.position, (select position from events.log_floor)) < least(e.trimmed_position, r.to_position)`;

/**
 * Queues the events that an endpoint missed, in bounded steps. The recoveries of a disabled endpoint wait until it is enabled. A
 * recovery expires if the deliveries that show what succeeded have been removed meanwhile.
 */
export class Recoveries {
  constructor(
    private readonly database: Pool,
    private readonly clock: Clock,
  ) {}

  /** One step of one recovery. @returns whether a recovery could continue. */
  async step(): Promise<boolean> {
    const { rows: running } = await this.database.query(
      sql`select from recovery where state = 'running' order by created_at limit 1`,
    );
    if (running.length === 0) return false;
    return inTransaction(this.database, async (tx) => {
      const { rows } = await tx.query<{ recoveryId: string }>(
        sql`select recovery_id as "recoveryId" from recovery r join endpoint e using (hook_id)
         where r.state = 'running' and e.state in ('enabled', 'paused') and (
           select count(*) from (select from delivery d
             where d.hook_id = r.hook_id and d.state in ('pending', 'retrying', 'held') limit ${MAX_WAITING}) w
         ) < ${MAX_WAITING}
         order by r.created_at limit 1 for update of r skip locked`,
      );
      if (!rows[0]) return false;
      const now = this.clock.now();
      const { rowCount: ended } = await tx.query(
        sql`update recovery r set state = 'expired', finished_at = ${now} from endpoint e
         where r.recovery_id = ${rows[0].recoveryId} and e.hook_id = r.hook_id and ${expired}`,
      );
      if (ended) return true;
      await tx.query(
        sql`with r as (
           select r.*, e.state as hook_state, e.version_pins, coalesce(r.exact_types, e.exact_types) as wanted_types,
                  coalesce(r.services, e.services) as wanted_services
           from recovery r join endpoint e using (hook_id)
           -- Asked again: deliveries may have been removed since the statement before.
           where r.recovery_id = ${rows[0].recoveryId} and e.state in ('enabled', 'paused') and not (${expired})
         ), page as materialized (
           select l.position, l.event_id, l.service, l.type, l.type_version, l.aggregate_type, l.aggregate_id
           from r cross join lateral (
             select * from events.log where position > r.position and position <= r.to_position order by position limit ${SCAN}
           ) l
         ), queued as (
           insert into delivery
             (hook_id, event_id, position, type, type_version, partition_key, state, trigger, batch_id, next_attempt_at, created_at)
           select r.hook_id, page.event_id, page.position, page.type,
             coalesce((r.version_pins ->> page.type)::int, (${JSON.stringify(newestVersions)}::jsonb ->> page.type)::int,
               page.type_version),
             page.service || '/' || page.aggregate_type || '/' || page.aggregate_id,
             case when r.hook_state = 'paused' then 'held' else 'pending' end, 'recover', r.recovery_id, ${now}, ${now}
           from r cross join page
           where (page.type = any(r.wanted_types) or '*' = any(r.wanted_services)
             or split_part(page.type, '.', 1) = any(r.wanted_services))
             and not (page.service = 'hooks' and page.aggregate_id = r.hook_id::text)
             -- The limit keeps the planner from hashing all deliveries.
             and not (r.only_missing and (
               select true from delivery d where d.hook_id = r.hook_id and d.event_id = page.event_id
                 and d.state in ('succeeded', 'pending', 'sending', 'retrying', 'held') limit 1) is not null)
           on conflict do nothing returning 1
         )
         update recovery set
           position = coalesce((select max(position) from page), to_position),
           queued = queued + (select count(*) from queued),
           state = case when (select count(*) from page) < ${SCAN} then 'done' else 'running' end,
           finished_at = case when (select count(*) from page) < ${SCAN} then ${now}::timestamptz end
         where recovery_id = ${rows[0].recoveryId} and exists (select from r)`,
      );
      return true;
    });
  }
}
