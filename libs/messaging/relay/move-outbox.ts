import type { Pool } from 'pg';
import { tryAppend, tryMove } from './append-rows.js';
import { inDeadTransaction } from './dead-transaction.js';
import { inLogTransaction } from './log-transaction.js';
import type { OutboxPlace } from './outbox-place.js';
import { carryOut, readHeld, readOutbox, readParked } from './outbox-rows.js';
import { type Refused, type Settlement, settleRows } from './append-in-order.js';
import { inBoundedTransaction } from './bounded-transaction.js';

export interface Moved {
  /** How many rows left the outbox, whatever became of them. */
  taken: number;
  /** How many came into the log. */
  logged: number;
  /** How many had been in the log before: the other server's outbox was not emptied the last time. */
  duplicates: number;
  refused: readonly Refused[];
}

export interface MoveOptions {
  /** How many rows at the most. */
  batch: number;
  /** Hears how many seconds it waited for the other relays. */
  waited?: (seconds: number) => void;
}

/**
 * Moves the oldest rows of one outbox into the log. In the log's own database that is one transaction: exactly once. From another one
 * the log comes first and the outbox is emptied after it: a crash in between brings the rows again, and they are known by their ids.
 *
 * @throws when a database cannot be used, or another relay has been at work for too long; nothing is lost, and it may be called again.
 */
export function moveOutbox(log: Pool, place: OutboxPlace, options: MoveOptions): Promise<Moved> {
  return place.elsewhere ? moveFromElsewhere(log, place, place.elsewhere, options) : moveWithin(log, place, options);
}

function moveWithin(log: Pool, place: OutboxPlace, { batch, waited }: MoveOptions): Promise<Moved> {
  return inLogTransaction(
    log,
    async (client) => {
      const moved = await tryMove(client, place, batch);
      if (moved !== undefined) return allOf(moved);
      const rows = await readOutbox(client, place, batch);
      const settlement = await settleRows(client, place, rows, await readHeld(client, place, rows));
      await carryOut(client, place, settlement);
      return summary(rows.length, settlement);
    },
    waited,
  );
}

/**
 * Lets go what is parked although nothing is in its way any more. In the log's own database there is no such row; from another one there may
 * be, where two relays, or a relay and an operator, looked at the same rows at once. @returns how many came into the log.
 */
export async function releaseParked(log: Pool, place: OutboxPlace): Promise<number> {
  return inDeadTransaction(log, place, async (dead, inLog) => {
    const held = await readParked(dead, place);
    if (held.length === 0) return 0;
    const settlement = await inLog((client) => settleRows(client, place, [], held));
    await carryOut(dead, place, settlement);
    return settlement.logged.length;
  });
}

/** Nothing is asked of the other server while the lock is held: one that hangs would stop the relay of everybody. */
async function moveFromElsewhere(log: Pool, place: OutboxPlace, elsewhere: Pool, { batch, waited }: MoveOptions): Promise<Moved> {
  const { rows, held } = await inBoundedTransaction(elsewhere, async (client) => {
    const rows = await readOutbox(client, place, batch);
    return { rows, held: rows.length ? await readHeld(client, place, rows) : [] };
  });
  if (rows.length === 0) return allOf(0);
  const settlement = await inLogTransaction(
    log,
    async (client): Promise<Settlement> => {
      const moved = held.length === 0 ? await tryAppend(client, place, rows) : undefined;
      return moved === undefined ? settleRows(client, place, rows, held) : { logged: rows, duplicates: 0, refused: [] };
    },
    waited,
  );
  await inBoundedTransaction(elsewhere, (client) => carryOut(client, place, settlement));
  return summary(rows.length, settlement);
}

const allOf = (moved: number): Moved => ({ taken: moved, logged: moved, duplicates: 0, refused: [] });

const summary = (taken: number, { logged, duplicates, refused }: Settlement): Moved => ({
  taken,
  logged: logged.length - duplicates,
  duplicates,
  refused,
});
