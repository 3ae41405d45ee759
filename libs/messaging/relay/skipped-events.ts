import type { Pool } from 'pg';
import { raiseHeads } from './append-rows.js';
import { inDeadTransaction } from './dead-transaction.js';
import type { OutboxPlace } from './outbox-place.js';
import type { OutboxRow } from './outbox-row.js';

const BATCH = 500;

type Skipped = Pick<OutboxRow, 'id' | 'aggregate_type' | 'aggregate_id' | 'aggregate_version'>;

/**
 * Removes the oldest rows of events that an operator skipped longer ago than that, unless something of their aggregate still waits. A
 * skipped row counts as a version, so the relay's head of its aggregate takes its place.
 * @returns whether there may be more.
 */
export async function removeSkipped(log: Pool, place: OutboxPlace, retentionMs: number): Promise<boolean> {
  // By the statement's time: an index finds nothing by a clock that goes on meanwhile.
  const due = `select id, aggregate_type, aggregate_id, aggregate_version from ${place.dead} d
    where state = 'skipped' and decided_at < statement_timestamp() - $1 * interval '1 millisecond' and (
      -- A limit keeps the planner from a hash of all rows.
      select true from ${place.dead} o
      where o.aggregate_type = d.aggregate_type and o.aggregate_id = d.aggregate_id and o.state <> 'skipped' limit 1) is null
    order by d.decided_at limit ${BATCH}`;
  // Without the lock of the log first: almost always there is nothing.
  const { rowCount: found } = await (place.externalPool ?? log).query(due, [retentionMs]);
  if (!found) return false;
  return inDeadTransaction(log, place, async (dead, inLog) => {
    const { rows } = await dead.query<Skipped>(`${due} for update`, [retentionMs]);
    await inLog((client) =>
      client.query(
        raiseHeads(`(select $1::text as service, * from unnest($2::text[], $3::text[], $4::int[])
                       as skipped (aggregate_type, aggregate_id, aggregate_version)) skipped`),
        [
          place.service,
          rows.map((row) => row.aggregate_type),
          rows.map((row) => row.aggregate_id),
          rows.map((row) => row.aggregate_version),
        ],
      ),
    );
    await dead.query(`delete from ${place.dead} where id = any($1::bigint[])`, [rows.map(({ id }) => id)]);
    return rows.length === BATCH;
  });
}
