import type { Pool } from 'pg';
import { sql } from '../../database/sql.js';
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
  const due = sql`select id, aggregate_type, aggregate_id, aggregate_version from ${place.dead} d
    where state = 'skipped' and decided_at < statement_timestamp() - ${retentionMs} * interval '1 millisecond' and (
      -- A limit keeps the planner from a hash of all rows.
      select true from ${place.dead} o
      where o.aggregate_type = d.aggregate_type and o.aggregate_id = d.aggregate_id and o.state <> 'skipped' limit 1) is null
    order by d.decided_at limit ${BATCH}`;
  // Without the lock of the log first: almost always there is nothing.
  const { rowCount: found } = await (place.externalPool ?? log).query(due);
  if (!found) return false;
  return inDeadTransaction(log, place, async (dead, inLog) => {
    const { rows } = await dead.query<Skipped>(sql`${due} for update`);
    const types = rows.map((row) => row.aggregate_type);
    const aggregates = rows.map((row) => row.aggregate_id);
    const versions = rows.map((row) => row.aggregate_version);
    await inLog((client) =>
      client.query(
        raiseHeads(sql`(select ${place.service}::text as service, * from unnest(${types}::text[], ${aggregates}::text[], ${versions}::int[])
                          as skipped (aggregate_type, aggregate_id, aggregate_version)) skipped`),
      ),
    );
    await dead.query(sql`delete from ${place.dead} where id = any(${rows.map(({ id }) => id)}::bigint[])`);
    return rows.length === BATCH;
  });
}
