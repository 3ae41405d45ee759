import { join, raw, type Sql, sql } from '../../database/sql.js';
import { append, recordGap } from './append-rows.js';
import type { DeadReason, DeadRow } from './dead-row.js';
import type { OutboxPlace } from './outbox-place.js';
import { aggregateOf, eventColumnNames, eventColumns, type OutboxRow } from './outbox-row.js';
import { isPoison } from './poison.js';
import type { Queryable } from './bounded-transaction.js';

export interface RefusedRow {
  row: OutboxRow;
  reason: DeadReason;
  /** The cause, for an operator. */
  error: string;
}

/** The outcome of each row. The log is written already. `apply` then changes the outbox and the dead rows. */
export interface AppendResult {
  /** These rows are in the log, by this call or an earlier one. */
  logged: OutboxRow[];
  /** How many of `logged` an earlier call had written. */
  duplicates: number;
  refused: RefusedRow[];
}

/** The state of one aggregate that decides about its next rows. */
interface AggregateQueue {
  head: number;
  deadRows: DeadRow[];
}

export interface AppendOptions {
  /** Appends a version although earlier ones are missing. They are recorded as a gap, for they never come. */
  acceptGap?: boolean;
}

/**
 * Appends rows to the log one by one. The caller is the log's only writer. A row is appended if its aggregate's version follows the
 * last one. A row that cannot be appended also blocks the later rows of its aggregate, but no other aggregate. A row whose exact copy is
 * in the log counts as appended, so rows may come twice. A row that is appended releases the parked rows behind it.
 *
 * @param deadRows the dead, parked and skipped rows of the same aggregates. A row that is tried again may be among them.
 */
export async function appendInOrder(
  log: Queryable,
  place: OutboxPlace,
  rows: readonly OutboxRow[],
  deadRows: readonly DeadRow[],
  { acceptGap = false }: AppendOptions = {},
): Promise<AppendResult> {
  const result: AppendResult = { logged: [], duplicates: 0, refused: [] };
  const queues = new Map<string, AggregateQueue>();
  const queueOf = async (row: OutboxRow): Promise<AggregateQueue> => {
    const key = aggregateOf(row);
    const known = queues.get(key);
    if (known) return known;
    const queue = { head: await headOf(log, place, row), deadRows: deadRows.filter((dead) => aggregateOf(dead) === key) };
    queues.set(key, queue);
    return queue;
  };

  const tryAppend = async (row: OutboxRow, queue: AggregateQueue): Promise<boolean> => {
    const others = queue.deadRows.filter(({ id }) => id !== row.id);
    const refusal = await appendRow(log, place, row, { head: queue.head, deadRows: others }, acceptGap);
    queue.deadRows = others;
    if (refusal === 'duplicate' || refusal === undefined) {
      result.logged.push(row);
      if (refusal) result.duplicates += 1;
      else queue.head = Number(row.aggregate_version);
      return true;
    }
    result.refused.push({ row, ...refusal });
    queue.deadRows.push({ ...row, state: refusal.reason === 'PARKED' ? 'parked' : 'dead', reason: refusal.reason });
    return false;
  };

  for (const row of rows) {
    const queue = await queueOf(row);
    if (await tryAppend(row, queue)) await releaseWaiting(queue, tryAppend);
  }
  const keys = new Set(rows.map(aggregateOf));
  for (const dead of deadRows) if (!keys.has(aggregateOf(dead))) await releaseWaiting(await queueOf(dead), tryAppend);
  return result;
}

/** Appends the parked rows that now follow the aggregate's last version, in order. */
async function releaseWaiting(
  queue: AggregateQueue,
  tryAppend: (row: DeadRow, queue: AggregateQueue) => Promise<boolean>,
): Promise<void> {
  for (;;) {
    if (blockedBy(queue.deadRows)) return;
    const next = nextVersion(queue);
    const [waiting] = queue.deadRows
      .filter(({ state, aggregate_version }) => state !== 'skipped' && Number(aggregate_version) <= next)
      .sort((a, b) => Number(a.aggregate_version) - Number(b.aggregate_version));
    if (!waiting || !(await tryAppend(waiting, queue))) return;
  }
}

/** The row about which an operator decides first. A version gap does not block: it closes when the missing version comes. */
const blockedBy = (deadRows: readonly DeadRow[]): DeadRow | undefined =>
  deadRows.find(({ state, reason }) => state === 'dead' && reason !== 'VERSION_GAP');

/** The version to append next: it follows the log's last version and the versions that an operator has skipped. */
function nextVersion({ head, deadRows }: AggregateQueue): number {
  const skipped = new Set(
    deadRows.flatMap(({ state, aggregate_version }) => (state === 'skipped' ? [Number(aggregate_version)] : [])),
  );
  let next = head + 1;
  while (skipped.has(next)) next += 1;
  return next;
}

async function appendRow(
  log: Queryable,
  place: OutboxPlace,
  row: OutboxRow,
  queue: AggregateQueue,
  acceptGap: boolean,
): Promise<Omit<RefusedRow, 'row'> | 'duplicate' | undefined> {
  if (await isLogged(log, place, row)) return 'duplicate';
  const version = Number(row.aggregate_version);
  const what = `version ${version} of ${row.aggregate_type} ${row.aggregate_id}`;
  const blocker = blockedBy(queue.deadRows);
  if (blocker) return { reason: 'PARKED', error: `${what} waits until row ${blocker.id} is decided` };
  const next = nextVersion(queue);
  if (version < next)
    return { reason: 'VERSION_TAKEN', error: `${what} comes late: the log and what was skipped reach version ${next - 1}` };
  if (version > next && !acceptGap) {
    const before = queue.deadRows.find(
      ({ state, aggregate_version }) => state !== 'skipped' && Number(aggregate_version) < version,
    );
    if (before) return { reason: 'PARKED', error: `${what} waits for version ${before.aggregate_version}, row ${before.id}` };
    return { reason: 'VERSION_GAP', error: `${what} came without version ${next}` };
  }
  await log.query('savepoint one');
  try {
    await append(log, place, [row]);
    if (acceptGap && version > queue.head + 1) await recordGap(log, place, row, { from: queue.head + 1, to: version - 1 });
    return undefined;
  } catch (error) {
    if (!isPoison(error)) throw error;
    await log.query('rollback to savepoint one');
    if (error.code === '23505')
      return { reason: 'EVENT_ID_CONFLICT', error: `another event in the log has the id ${row.event_id}` };
    return { reason: 'INVALID_EVENT', error: `the log refuses ${what}: ${error.message} (${error.code})` };
  }
}

async function headOf(log: Queryable, { service }: OutboxPlace, row: OutboxRow): Promise<number> {
  const { rows } = await log.query<{ head: number }>(
    sql`select greatest(
     (select max(aggregate_version) from events.log
       where service = ${service} and aggregate_type = ${row.aggregate_type} and aggregate_id = ${row.aggregate_id}),
     (select last_version from events.log_head
       where service = ${service} and aggregate_type = ${row.aggregate_type} and aggregate_id = ${row.aggregate_id}), 0) as head`,
  );
  return rows[0]!.head;
}

/** The unique index on the id finds the row to compare. `is not distinct from` alone uses no index. */
const sameEvent = (row: OutboxRow): Sql =>
  join(
    eventColumnNames.map(
      (name) =>
        sql`${raw(name)} ${raw(name === 'event_id' ? '=' : 'is not distinct from')} ${row[name]}::${raw(eventColumns[name])}`,
    ),
    ' and ',
  );

async function isLogged(log: Queryable, { service }: OutboxPlace, row: OutboxRow): Promise<boolean> {
  const { rows } = await log.query<{ same: boolean }>(
    sql`select exists (select from events.log where service = ${service} and ${sameEvent(row)}) as same`,
  );
  return rows[0]!.same;
}
