import type { Pool } from 'pg';
import { inLogTransaction } from './log-transaction.js';
import type { OutboxPlace } from './outbox-place.js';
import { inBoundedTransaction, type Queryable } from './bounded-transaction.js';

/** Runs its argument as the only writer of the log. */
type InLog = <Result>(use: (log: Queryable) => Promise<Result>) => Promise<Result>;

/**
 * Decides about dead rows, which stay locked until what that means for the log has been committed. In the log's own database it is all one
 * transaction; from another one the log comes first, and what was written there is known by its ids if the dead rows do not follow.
 */
export function inDeadTransaction<Result>(
  log: Pool,
  { elsewhere }: OutboxPlace,
  work: (dead: Queryable, inLog: InLog) => Promise<Result>,
): Promise<Result> {
  return elsewhere
    ? inBoundedTransaction(elsewhere, (dead) => work(dead, (use) => inLogTransaction(log, use)))
    : inLogTransaction(log, (client) => work(client, (use) => use(client)));
}
