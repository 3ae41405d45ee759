import type { Pool } from 'pg';
import { tryAppendBatch, tryMoveBatch } from './append-rows.js';
import { inDeadTransaction } from './dead-transaction.js';
import { inLogTransaction } from './log-transaction.js';
import type { OutboxPlace } from './outbox-place.js';
import { apply, readDeadRows, readOutbox, readParked } from './outbox-rows.js';
import { type RefusedRow, type AppendResult, appendInOrder } from './append-in-order.js';
import { inBoundedTransaction } from './bounded-transaction.js';

export interface Moved {
  /** How many rows left the outbox, whatever their outcome. */
  taken: number;
  /** How many rows were appended to the log. */
  logged: number;
  /** How many rows were in the log before, because the external outbox was not emptied the last time. */
  duplicates: number;
  refused: readonly RefusedRow[];
}

export interface MoveOptions {
  /** The largest number of rows. */
  batch: number;
  /** Receives how many seconds it waited for the other relays. */
  waited?: (seconds: number) => void;
}

/**
 * Moves the oldest rows of one outbox into the log. In the log's own database one transaction moves them, exactly once. From an external
 * database the log commits first and the outbox is emptied afterwards. After a crash in between the rows come again and are known by id.
 *
 * @throws if a database cannot be used, or if another relay keeps the lock for too long. Nothing is lost; call it again.
 */
export function moveOutbox(log: Pool, place: OutboxPlace, options: MoveOptions): Promise<Moved> {
  return place.externalPool ? moveFromExternal(log, place, place.externalPool, options) : moveWithin(log, place, options);
}

function moveWithin(log: Pool, place: OutboxPlace, { batch, waited }: MoveOptions): Promise<Moved> {
  return inLogTransaction(
    log,
    async (client) => {
      const moved = await tryMoveBatch(client, place, batch);
      if (moved !== undefined) return allOf(moved);
      const rows = await readOutbox(client, place, batch);
      const result = await appendInOrder(client, place, rows, await readDeadRows(client, place, rows));
      await apply(client, place, result);
      return summary(rows.length, result);
    },
    waited,
  );
}

/**
 * Appends parked rows that nothing blocks any more. Only an external database can have such rows: two relays, or a relay and an
 * operator, read the same rows at once. @returns how many rows were appended.
 */
export async function releaseParked(log: Pool, place: OutboxPlace): Promise<number> {
  return inDeadTransaction(log, place, async (dead, inLog) => {
    const parked = await readParked(dead, place);
    if (parked.length === 0) return 0;
    const result = await inLog((client) => appendInOrder(client, place, [], parked));
    await apply(dead, place, result);
    return result.logged.length;
  });
}

/** Sends no query to the external server under the lock, because a server that hangs would stop every relay. */
async function moveFromExternal(
  log: Pool,
  place: OutboxPlace,
  externalPool: Pool,
  { batch, waited }: MoveOptions,
): Promise<Moved> {
  const { rows, deadRows } = await inBoundedTransaction(externalPool, async (client) => {
    const rows = await readOutbox(client, place, batch);
    return { rows, deadRows: rows.length ? await readDeadRows(client, place, rows) : [] };
  });
  if (rows.length === 0) return allOf(0);
  const result = await inLogTransaction(
    log,
    async (client): Promise<AppendResult> => {
      const moved = deadRows.length === 0 ? await tryAppendBatch(client, place, rows) : undefined;
      return moved === undefined ? appendInOrder(client, place, rows, deadRows) : { logged: rows, duplicates: 0, refused: [] };
    },
    waited,
  );
  await inBoundedTransaction(externalPool, (client) => apply(client, place, result));
  return summary(rows.length, result);
}

const allOf = (moved: number): Moved => ({ taken: moved, logged: moved, duplicates: 0, refused: [] });

const summary = (taken: number, { logged, duplicates, refused }: AppendResult): Moved => ({
  taken,
  logged: logged.length - duplicates,
  duplicates,
  refused,
});
