import { type DeadRow, deadAsText } from './dead-row.js';
import type { OutboxPlace } from './outbox-place.js';
import { asText, factList, type OutboxRow } from './outbox-row.js';
import type { Settlement } from './append-in-order.js';
import type { Queryable } from './bounded-transaction.js';

/** The oldest rows. Nothing is left out, locked or not: to skip a row would be to reorder. */
export async function readOutbox(client: Queryable, { outbox }: OutboxPlace, batch: number): Promise<OutboxRow[]> {
  return (await client.query<OutboxRow>(`select ${asText} from ${outbox} order by ${outbox}.id limit $1`, [batch])).rows;
}

/** What is held back, or was skipped, of the aggregates of these rows. To be read after the rows: then none falls between the two. */
export async function readHeld(client: Queryable, { dead }: OutboxPlace, rows: readonly OutboxRow[]): Promise<DeadRow[]> {
  const held = await client.query<DeadRow>(
    `select ${deadAsText} from ${dead}
     where (aggregate_type, aggregate_id) in (select * from unnest($1::text[], $2::text[])) order by ${dead}.id`,
    [rows.map((row) => row.aggregate_type), rows.map((row) => row.aggregate_id)],
  );
  return held.rows;
}

/** What is held back, or was skipped, of up to a hundred aggregates of which something waits for its turn; locked. */
export async function readParked(client: Queryable, { dead }: OutboxPlace): Promise<DeadRow[]> {
  const parked = await client.query<DeadRow>(
    `select ${deadAsText} from ${dead} where (aggregate_type, aggregate_id) in (
       select distinct aggregate_type, aggregate_id from ${dead} where state in ('dead', 'parked') and reason in ('PARKED', 'VERSION_GAP') limit 100)
     order by ${dead}.id for update`,
  );
  return parked.rows;
}

/** Makes outbox and dead rows say what the settlement says. May be repeated: what is gone from the outbox is not touched again. */
export async function carryOut(client: Queryable, { outbox, dead }: OutboxPlace, { logged, refused }: Settlement): Promise<void> {
  const ids = logged.map(({ id }) => id);
  await client.query(`delete from ${outbox} where id = any($1::bigint[])`, [ids]);
  await client.query(`delete from ${dead} where id = any($1::bigint[])`, [ids]);
  for (const { row, reason, error } of refused) {
    const state = reason === 'PARKED' ? 'parked' : 'dead';
    await client.query(
      `with gone as (delete from ${outbox} where id = $1 returning *),
        again as (update ${dead} set state = $2, reason = $3, error = $4, attempts = attempts + 1 where id = $1 and state <> 'skipped')
       insert into ${dead} (id, ${factList}, created_at, state, reason, error)
       select id, ${factList}, created_at, $2, $3, $4 from gone`,
      [row.id, state, reason, error],
    );
  }
}
