import { append, recordGap } from './append-rows.js';
import type { DeadReason, DeadRow } from './dead-row.js';
import type { OutboxPlace } from './outbox-place.js';
import { aggregateOf, factColumnNames, factColumns, type OutboxRow } from './outbox-row.js';
import { isPoison } from './poison.js';
import type { Queryable } from './bounded-transaction.js';

export interface Refused {
  row: OutboxRow;
  reason: DeadReason;
  /** What is wrong, for an operator to read. */
  error: string;
}

/** What became of rows that were looked at one by one. The log is written already; the outbox and the dead rows are still to follow. */
export interface Settlement {
  /** These are in the log, now or since earlier. */
  logged: OutboxRow[];
  /** How many of them had been in the log before. */
  duplicates: number;
  refused: Refused[];
}

/** One aggregate, as far as its next facts depend on it. */
interface Line {
  head: number;
  held: DeadRow[];
}

export interface SettleOptions {
  /** Takes a version although those before it are missing, and will always be. */
  acceptGap?: boolean;
}

/**
 * Writes rows into the log one by one, as the only writer of it. A row goes in if its aggregate's version follows the last one; if it
 * cannot, it and every later one of its aggregate are held back, and the others go on. A row that is in the log already, word for word,
 * counts as written, so that rows may come twice. Behind a row that goes in follow those that have waited for it.
 *
 * @param held the dead, parked and skipped rows of the same aggregates; a row that is tried again may be among them.
 */
export async function settleRows(
  log: Queryable,
  place: OutboxPlace,
  rows: readonly OutboxRow[],
  held: readonly DeadRow[],
  { acceptGap = false }: SettleOptions = {},
): Promise<Settlement> {
  const settlement: Settlement = { logged: [], duplicates: 0, refused: [] };
  const lines = new Map<string, Line>();
  const lineOf = async (row: OutboxRow): Promise<Line> => {
    const key = aggregateOf(row);
    const known = lines.get(key);
    if (known) return known;
    const line = { head: await headOf(log, place, row), held: held.filter((one) => aggregateOf(one) === key) };
    lines.set(key, line);
    return line;
  };

  const offer = async (row: OutboxRow, line: Line): Promise<boolean> => {
    const others = line.held.filter(({ id }) => id !== row.id);
    const refusal = await tryRow(log, place, row, { head: line.head, held: others }, acceptGap);
    line.held = others;
    if (refusal === 'duplicate' || refusal === undefined) {
      settlement.logged.push(row);
      if (refusal) settlement.duplicates += 1;
      else line.head = Number(row.aggregate_version);
      return true;
    }
    settlement.refused.push({ row, ...refusal });
    line.held.push({ ...row, state: refusal.reason === 'PARKED' ? 'parked' : 'dead', reason: refusal.reason });
    return false;
  };

  for (const row of rows) {
    const line = await lineOf(row);
    if (await offer(row, line)) await follow(line, offer);
  }
  const keys = new Set(rows.map(aggregateOf));
  for (const one of held) if (!keys.has(aggregateOf(one))) await follow(await lineOf(one), offer);
  return settlement;
}

/** Lets go what has waited, in order, as long as it follows. */
async function follow(line: Line, offer: (row: DeadRow, line: Line) => Promise<boolean>): Promise<void> {
  for (;;) {
    if (blockerOf(line.held)) return;
    const next = nextOf(line);
    const [waiting] = line.held
      .filter(({ state, aggregate_version }) => state !== 'skipped' && Number(aggregate_version) <= next)
      .sort((a, b) => Number(a.aggregate_version) - Number(b.aggregate_version));
    if (!waiting || !(await offer(waiting, line))) return;
  }
}

/** What an operator has to decide before anything else of the aggregate goes on. A gap closes by itself when the missing one comes. */
const blockerOf = (held: readonly DeadRow[]): DeadRow | undefined =>
  held.find(({ state, reason }) => state === 'dead' && reason !== 'VERSION_GAP');

/** The version that goes on next: the one after the log's last, and after those that an operator has skipped. */
function nextOf({ head, held }: Line): number {
  const skipped = new Set(
    held.flatMap(({ state, aggregate_version }) => (state === 'skipped' ? [Number(aggregate_version)] : [])),
  );
  let next = head + 1;
  while (skipped.has(next)) next += 1;
  return next;
}

async function tryRow(
  log: Queryable,
  place: OutboxPlace,
  row: OutboxRow,
  line: Line,
  acceptGap: boolean,
): Promise<Omit<Refused, 'row'> | 'duplicate' | undefined> {
  if (await isLogged(log, place, row)) return 'duplicate';
  const version = Number(row.aggregate_version);
  const what = `version ${version} of ${row.aggregate_type} ${row.aggregate_id}`;
  const blocker = blockerOf(line.held);
  if (blocker) return { reason: 'PARKED', error: `${what} waits until row ${blocker.id} is decided` };
  const next = nextOf(line);
  if (version < next)
    return { reason: 'VERSION_TAKEN', error: `${what} comes late: the log and what was skipped reach version ${next - 1}` };
  if (version > next && !acceptGap) {
    const before = line.held.find(({ state, aggregate_version }) => state !== 'skipped' && Number(aggregate_version) < version);
    if (before) return { reason: 'PARKED', error: `${what} waits for version ${before.aggregate_version}, row ${before.id}` };
    return { reason: 'VERSION_GAP', error: `${what} came without version ${next}` };
  }
  await log.query('savepoint one');
  try {
    await append(log, place, [row]);
    if (acceptGap && version > line.head + 1) await recordGap(log, place, row, { from: line.head + 1, to: version - 1 });
    return undefined;
  } catch (error) {
    if (!isPoison(error)) throw error;
    await log.query('rollback to savepoint one');
    if (error.code === '23505')
      return { reason: 'EVENT_ID_CONFLICT', error: `another fact in the log has the id ${row.event_id}` };
    return { reason: 'INVALID_EVENT', error: `the log refuses ${what}: ${error.message} (${error.code})` };
  }
}

async function headOf(log: Queryable, { service }: OutboxPlace, row: OutboxRow): Promise<number> {
  const { rows } = await log.query<{ head: number }>(
    `select greatest(
       (select max(aggregate_version) from events.log where service = $1 and aggregate_type = $2 and aggregate_id = $3),
       (select last_version from events.log_head where service = $1 and aggregate_type = $2 and aggregate_id = $3), 0) as head`,
    [service, row.aggregate_type, row.aggregate_id],
  );
  return rows[0]!.head;
}

/** The unique index on the id finds the one row that may be the same: `is not distinct from` uses no index. */
const sameFact = factColumnNames
  .map((name, i) => `${name} ${name === 'event_id' ? '=' : 'is not distinct from'} $${i + 2}::${factColumns[name]}`)
  .join(' and ');

async function isLogged(log: Queryable, { service }: OutboxPlace, row: OutboxRow): Promise<boolean> {
  const { rows } = await log.query<{ same: boolean }>(
    `select exists (select from events.log where service = $1 and ${sameFact}) as same`,
    [service, ...factColumnNames.map((name) => row[name])],
  );
  return rows[0]!.same;
}
