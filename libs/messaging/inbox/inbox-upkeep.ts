import type { Pool } from 'pg';
import { inTransaction } from '../../database/in-transaction.js';
import type { EventLog } from '../log/event-log.js';
import type { ConsumerProgress } from './consumer-progress.js';

export interface InboxUpkeepOptions {
  /** As the role whose schema has the inbox. */
  database: Pool;
  eventLog: EventLog;
  /** How long rows are kept after the log has taken their events, in milliseconds; rows of pending events are kept longer. */
  retentionMs: number;
  /** Least pause between two clearings, in milliseconds. Default 60,000. */
  clearEveryMs?: number;
}

const BATCH = 5_000;
/** Receivers wait behind this lock, so the clearing gives up on it soon and comes again. */
const LOCK_TIMEOUT_MS = 250;
const LOCK_NOT_AVAILABLE = '55P03';

/**
 * Writes down how far consumers are done with the log, and removes the rows of their inboxes up to there. What is removed is still known: an event
 * at or below `inbox_mark.cleared` is a duplicate by its position, whichever channel brings it again.
 */
export class InboxUpkeep {
  private clearedAt = -Infinity;

  constructor(private readonly options: InboxUpkeepOptions) {}

  /** @throws what keeps the database from working; nothing is lost, and it may be called again. */
  async step(progress: readonly ConsumerProgress[]): Promise<void> {
    for (const one of progress) {
      await one.look();
      await one.save();
    }
    const { clearEveryMs = 60_000 } = this.options;
    if (performance.now() - this.clearedAt < clearEveryMs) return;
    this.clearedAt = performance.now();
    await this.clear(progress.map(({ consumer }) => consumer.name));
  }

  private async clear(consumers: readonly string[]): Promise<void> {
    const { database, eventLog, retentionMs } = this.options;
    const { floor } = await eventLog.bounds();
    const upTo = Math.max(floor, await eventLog.olderThan(retentionMs));
    await this.raise(consumers, upTo);
    for (const consumer of consumers) {
      for (let removed = BATCH; removed === BATCH;) {
        const { rowCount } = await database.query(
          `delete from inbox where ctid = any(array(
             select ctid from inbox where consumer = $1 and position <= (select cleared from inbox_mark where consumer = $1)
             order by position limit ${BATCH}))`,
          [consumer],
        );
        removed = rowCount ?? 0;
      }
      await this.forgetDecisions(consumer, floor);
    }
  }

  /** Removes decisions about events that the log has no longer, behind which their aggregate has gone on. */
  private async forgetDecisions(consumer: string, floor: number): Promise<void> {
    await this.options.database.query(
      `delete from inbox_dead where id = any(array(
         select d.id from inbox_dead d
         where d.consumer = $1 and d.state = 'skipped' and d.position <= $2
           -- Each head is looked up by its key: with \`not exists\` the planner may read all heads into a hash.
           and coalesce((select h.last_version from inbox_head h where h.consumer = d.consumer and h.aggregate_key = d.aggregate_key),
                        d.aggregate_version) >= d.aggregate_version
         order by d.position limit ${BATCH}))`,
      [consumer, floor],
    );
  }

  /**
   * The lock lets every receiver that may have looked at the old value end first. So nobody records an event whose row is removed: its
   * effect would come twice.
   */
  private async raise(consumers: readonly string[], upTo: number): Promise<void> {
    const { database } = this.options;
    const { rowCount } = await database.query(
      'select from inbox_mark where consumer = any($1) and least(position, $2) > cleared limit 1',
      [consumers, upTo],
    );
    if (rowCount === 0) return;
    try {
      await inTransaction(database, async (tx) => {
        await tx.query(`set local lock_timeout = ${LOCK_TIMEOUT_MS}`);
        await tx.query('lock table inbox in share mode');
        await tx.query(
          'update inbox_mark set cleared = least(position, $2) where consumer = any($1) and least(position, $2) > cleared',
          [consumers, upTo],
        );
      });
    } catch (error) {
      if ((error as { code?: string }).code !== LOCK_NOT_AVAILABLE) throw error;
    }
  }
}
