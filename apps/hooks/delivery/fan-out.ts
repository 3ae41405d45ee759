import type { Pool } from 'pg';
import { inTransaction } from '../../../libs/database/in-transaction.js';
import { sql } from '../../../libs/database/sql.js';
import type { Clock } from '../../../libs/service-kit/clock.js';
import { newestVersions } from '../endpoints/event-types.js';

const CURSOR_NAME = 'fan-out';
const BATCH = 500;

/**
 * Reads the log and queues each event for its subscribed endpoints, once: one transaction writes the deliveries and the position.
 * Any number of processes may run it; one at a time works. A hook is pinned to the newest version of a type when its first event
 * is queued.
 */
export class FanOut {
  constructor(
    private readonly database: Pool,
    private readonly clock: Clock,
  ) {}

  /** Starts at the end of the log on the first run, because no endpoint existed before. */
  async prepare(): Promise<void> {
    await this.database.query(
      sql`insert into cursor (name, position) select ${CURSOR_NAME}, coalesce(max(position), 0) from events.log
       on conflict do nothing`,
    );
  }

  /** One step. @returns how many events it read. 0 means that there is none, or that another process works. */
  async step(): Promise<number> {
    const { rows: behind } = await this.database.query<{ any: boolean }>(
      sql`select position < coalesce((select max(position) from events.log), 0) as "any" from cursor where name = ${CURSOR_NAME}`,
    );
    if (!behind[0]?.any) return 0;
    return inTransaction(this.database, async (tx) => {
      const { rows } = await tx.query<{ position: string }>(
        sql`select position from cursor where name = ${CURSOR_NAME} for update skip locked`,
      );
      if (!rows[0]) return 0;
      const now = this.clock.now();
      // One statement reads events and endpoints, so an event is queued for each endpoint that existed when it was recorded.
      const { rows: scannedRows } = await tx.query<{ scanned: number }>(
        sql`with page as materialized (
           select position, event_id, service, type, type_version, aggregate_type, aggregate_id from events.log
           where position > ${rows[0].position} order by position limit ${BATCH}
         ), wanted as materialized (
           select e.hook_id, e.state, page.*, e.version_pins ? page.type as pinned,
                  coalesce((e.version_pins ->> page.type)::int, (${JSON.stringify(newestVersions)}::jsonb ->> page.type)::int,
                    page.type_version) as version
           from page join endpoint e on (e.state in ('enabled', 'paused') or (e.state = 'pending' and e.resume_state is not null))
             and page.position > e.start_position
             and (page.type = any(e.exact_types) or '*' = any(e.services) or split_part(page.type, '.', 1) = any(e.services))
             -- An endpoint does not receive the events about itself.
             and not (page.service = 'hooks' and page.aggregate_id = e.hook_id::text)
         ), queued as (
           insert into delivery
             (hook_id, event_id, position, type, type_version, partition_key, state, trigger, next_attempt_at, created_at)
           select hook_id, event_id, position, type, version, service || '/' || aggregate_type || '/' || aggregate_id,
                  case when state = 'enabled' then 'pending' else 'held' end, 'auto', ${now}, ${now}
           from wanted on conflict do nothing
         ), pinned as (
           -- A type that is newer than the hook and than this process.
           update endpoint e set version_pins = new.pins || e.version_pins
           from (select hook_id, jsonb_object_agg(type, version) as pins from wanted where not pinned group by hook_id) new
           where e.hook_id = new.hook_id
         ), moved as (
           update cursor set position = (select max(position) from page), updated_at = ${now}
           where name = ${CURSOR_NAME} and exists (select from page)
         )
         select count(*)::int as scanned from page`,
      );
      return scannedRows[0]?.scanned ?? 0;
    });
  }
}
