import { sql } from '../../database/sql.js';
import { type DeadRow, deadAsText } from './dead-row.js';
import type { OutboxPlace } from './outbox-place.js';
import { asText, eventColumnList, type OutboxRow } from './outbox-row.js';
import type { AppendResult } from './append-in-order.js';
import type { Queryable } from './bounded-transaction.js';

/** The oldest rows. Locked rows are read too, because to skip a row would reorder. */
export async function readOutbox(client: Queryable, { outbox }: OutboxPlace, batch: number): Promise<OutboxRow[]> {
  const oldest = await client.query<OutboxRow>(sql`select ${asText} from ${outbox} order by ${outbox}.id limit ${batch}`);
  return oldest.rows;
}

/** The dead, parked and skipped rows of the same aggregates. Read them after the outbox rows, so that none is missed. */
export async function readDeadRows(client: Queryable, { dead }: OutboxPlace, rows: readonly OutboxRow[]): Promise<DeadRow[]> {
  const types = rows.map((row) => row.aggregate_type);
  const ids = rows.map((row) => row.aggregate_id);
  const deadRows = await client.query<DeadRow>(
    sql`select ${deadAsText} from ${dead}
     where (aggregate_type, aggregate_id) in (select * from unnest(${types}::text[], ${ids}::text[])) order by ${dead}.id`,
  );
  return deadRows.rows;
}

/** The dead, parked and skipped rows of up to 100 aggregates that have waiting rows. Locks the rows. */
export async function readParked(client: Queryable, { dead }: OutboxPlace): Promise<DeadRow[]> {
  const parked = await client.query<DeadRow>(
    sql`select ${deadAsText} from ${dead} where (aggregate_type, aggregate_id) in (
       select distinct aggregate_type, aggregate_id from ${dead}
         where state in ('dead', 'parked') and reason in ('PARKED', 'VERSION_GAP') limit 100)
     order by ${dead}.id for update`,
  );
  return parked.rows;
}

/** Applies the result to the outbox and the dead rows. May be repeated. */
export async function apply(client: Queryable, { outbox, dead }: OutboxPlace, { logged, refused }: AppendResult): Promise<void> {
  const ids = logged.map(({ id }) => id);
  await client.query(sql`delete from ${outbox} where id = any(${ids}::bigint[])`);
  await client.query(sql`delete from ${dead} where id = any(${ids}::bigint[])`);
  for (const { row, reason, error } of refused) {
    const state = reason === 'PARKED' ? 'parked' : 'dead';
    await client.query(
      sql`with gone as (delete from ${outbox} where id = ${row.id} returning *),
        again as (update ${dead} set state = ${state}, reason = ${reason}, error = ${error}, attempts = attempts + 1
          where id = ${row.id} and state <> 'skipped')
       insert into ${dead} (id, ${eventColumnList}, created_at, state, reason, error)
       select id, ${eventColumnList}, created_at, ${state}, ${reason}, ${error} from gone`,
    );
  }
}
