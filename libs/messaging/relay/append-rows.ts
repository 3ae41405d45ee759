import { join, raw, type Sql, sql } from '../../database/sql.js';
import { isPoison } from './poison.js';
import type { OutboxPlace } from './outbox-place.js';
import { eventColumnNames, eventColumns, eventColumnList, type OutboxRow } from './outbox-row.js';
import type { Queryable } from './bounded-transaction.js';
import type { VersionGap } from '../event/event-history.js';
import { LOG_APPENDED } from '../log/log-appended.js';

/** The number of rows and the first position. Also notifies the log's readers at the commit, once a batch. */
const countAndNotify = sql`select count(*)::int as moved, min(position) as first,
    (select pg_notify(${LOG_APPENDED}, '') from logged limit 1) from logged`;

/** `recorded` is the time of the batch. `passed` is the latest time in the log, so it stays if the clock is set back. */
const batchTime = sql`batch as materialized (
    select clock.at as recorded, greatest(clock.at, (select passed_at from events.log order by position desc limit 1),
                                          (select passed_at from events.log_floor)) as passed
    from (select clock_timestamp() as at) clock)`;

/** Moves the oldest rows of an outbox in the log's own database into the log, in one statement. */
const moveStatement = ({ service, outbox }: OutboxPlace, batch: number): Sql => sql`
  with ${batchTime},
    gone as (delete from ${outbox} where id = any(array(select id from ${outbox} order by id limit ${batch})) returning id, ${eventColumnList}),
    logged as (
      insert into events.log (service, ${eventColumnList}, recorded_at, passed_at)
      select ${service}, ${eventColumnList}, recorded, passed from gone cross join batch order by id returning position)
  ${countAndNotify}`;

/** Appends the given rows in their order. */
function appendStatement(service: string, rows: readonly OutboxRow[]): Sql {
  const columns = eventColumnNames.map((name) => sql`${rows.map((row) => row[name])}::${raw(eventColumns[name])}[]`);
  return sql`
    with ${batchTime}, logged as (
      insert into events.log (service, ${eventColumnList}, recorded_at, passed_at)
      select ${service}, ${eventColumnList}, recorded, passed
      from batch cross join unnest(${join(columns)}) with ordinality as given (${eventColumnList}, place) order by place
      returning position)
    ${countAndNotify}`;
}

/** True if each aggregate's versions since a position are 1, 2, 3 … in this order. */
const inOrderQuery = (service: string, first: string | null): Sql => sql`
  select not exists (
    select from events.log l where l.position >= ${first} and l.service = ${service} and (
      l.aggregate_version <> 1 and not exists (
        select from events.log before where before.service = l.service and before.aggregate_type = l.aggregate_type
          and before.aggregate_id = l.aggregate_id and before.aggregate_version = l.aggregate_version - 1 and before.position < l.position)
      and not exists (
        select from events.log_head removed where removed.service = l.service and removed.aggregate_type = l.aggregate_type
          and removed.aggregate_id = l.aggregate_id and removed.last_version = l.aggregate_version - 1)
      or exists (
        select from events.log_head removed where removed.service = l.service and removed.aggregate_type = l.aggregate_type
          and removed.aggregate_id = l.aggregate_id and removed.last_version >= l.aggregate_version)
      or exists (
        select from events.log after where after.service = l.service and after.aggregate_type = l.aggregate_type
          and after.aggregate_id = l.aggregate_id and after.aggregate_version > l.aggregate_version and after.position < l.position))
  ) as "inOrder"`;

interface Appended {
  moved: number;
  first: string | null;
}

/** Appends the oldest rows of an outbox in the same database, all or none. @returns how many; undefined if `appendInOrder` must decide. */
export const tryMoveBatch = (log: Queryable, place: OutboxPlace, batch: number): Promise<number | undefined> =>
  allOrNothing(log, place, async () => {
    const { rows } = await log.query<Appended>(moveStatement(place, batch));
    const [{ moved, first }] = rows as [Appended];
    if (moved > 0 && (await anyBlocked(log, place, first!))) return undefined;
    return { moved, first };
  });

/** Appends rows of an external outbox, all or none. @returns how many; undefined if `appendInOrder` must decide. */
export const tryAppendBatch = (log: Queryable, place: OutboxPlace, rows: readonly OutboxRow[]): Promise<number | undefined> =>
  allOrNothing(log, place, async () => append(log, place, rows));

export async function append(log: Queryable, { service }: OutboxPlace, rows: readonly OutboxRow[]): Promise<Appended> {
  return (await log.query<Appended>(appendStatement(service, rows))).rows[0]!;
}

/**
 * The statement that raises `log_head` to the last versions in `source`, which has the columns `service`, `aggregate_type`, `aggregate_id`
 * and `aggregate_version`.
 */
export const raiseHeads = (source: Sql): Sql => sql`
  insert into events.log_head as head (service, aggregate_type, aggregate_id, last_version)
  select service, aggregate_type, aggregate_id, max(aggregate_version) from ${source} group by 1, 2, 3 order by 1, 2, 3
  on conflict (service, aggregate_type, aggregate_id)
    do update set last_version = greatest(head.last_version, excluded.last_version)`;

/** Records versions of an aggregate that the log will never have, so that no reader waits for them. Versions in the log are left out. */
export async function recordGap(
  log: Queryable,
  { service }: OutboxPlace,
  { aggregate_type, aggregate_id }: Pick<OutboxRow, 'aggregate_type' | 'aggregate_id'>,
  gap: VersionGap,
): Promise<void> {
  await log.query(
    sql`insert into events.log_gap as known (service, aggregate_type, aggregate_id, first_version, last_version)
     select ${service}, ${aggregate_type}, ${aggregate_id}, ${gap.from}, ${gap.to} where not exists (
       select from events.log where service = ${service} and aggregate_type = ${aggregate_type} and aggregate_id = ${aggregate_id}
         and aggregate_version between ${gap.from} and ${gap.to})
       and not exists (select from events.log_head
         where service = ${service} and aggregate_type = ${aggregate_type} and aggregate_id = ${aggregate_id}
         and last_version >= ${gap.from})
     on conflict (service, aggregate_type, aggregate_id, first_version)
       do update set last_version = greatest(known.last_version, excluded.last_version)`,
  );
}

async function allOrNothing(
  log: Queryable,
  { service }: OutboxPlace,
  write: () => Promise<Appended | undefined>,
): Promise<number | undefined> {
  await log.query('savepoint batch');
  try {
    const appended = await write();
    if (appended?.moved === 0) return 0;
    if (appended) {
      const { rows } = await log.query<{ inOrder: boolean }>(inOrderQuery(service, appended.first));
      if (rows[0]!.inOrder) return appended.moved;
    }
  } catch (error) {
    if (!isPoison(error)) throw error;
  }
  await log.query('rollback to savepoint batch');
  return undefined;
}

/** True if an earlier row of an aggregate in this batch is dead or parked. */
async function anyBlocked(log: Queryable, { service, dead }: OutboxPlace, first: string): Promise<boolean> {
  const { rows } = await log.query<{ blocked: boolean }>(
    sql`select exists (
     select from ${dead} d join events.log l on l.service = ${service} and l.aggregate_type = d.aggregate_type
       and l.aggregate_id = d.aggregate_id
     where d.state in ('dead', 'parked') and l.position >= ${first}) as "blocked"`,
  );
  return rows[0]!.blocked;
}
