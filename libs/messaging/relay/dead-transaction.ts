import type { Pool } from 'pg';
import { inLogTransaction } from './log-transaction.js';
import type { OutboxPlace } from './outbox-place.js';
import { inBoundedTransaction, type Queryable } from './bounded-transaction.js';

/** Runs its argument as the only writer of the log. */
type InLog = <Result>(use: (log: Queryable) => Promise<Result>) => Promise<Result>;

/**
 * Runs a decision about dead rows, which stay locked until the log has committed. In the log's own database it is one transaction. From
 * an external database the log commits first. If the dead rows do not follow, the log knows their ids the next time.
 */
export function inDeadTransaction<Result>(
  log: Pool,
  { externalPool }: OutboxPlace,
  work: (dead: Queryable, inLog: InLog) => Promise<Result>,
): Promise<Result> {
  return externalPool
    ? inBoundedTransaction(externalPool, (dead) => work(dead, (use) => inLogTransaction(log, use)))
    : inLogTransaction(log, (client) => work(client, (use) => use(client)));
}
