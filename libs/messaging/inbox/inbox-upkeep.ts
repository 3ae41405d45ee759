import type { Pool } from 'pg';
import { inTransaction } from '../../database/in-transaction.js';
import { sql } from '../../database/sql.js';
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
  private unfinished = false;

  constructor(private readonly options: InboxUpkeepOptions) {}

  /**
   * A clearing goes on over several calls, each of which removes one batch of each consumer.
   * @returns whether there is more to remove at once.
   * @throws what keeps the database from working; nothing is lost, and it may be called again.
   */
  async step(progress: readonly ConsumerProgress[]): Promise<boolean> {
    for (const one of progress) {
      await one.look();
      await one.save();
    }
    const { clearEveryMs = 60_000 } = this.options;
    const due = performance.now() - this.clearedAt >= clearEveryMs;
    if (!due && !this.unfinished) return false;
    const consumers = progress.map(({ consumer }) => consumer.name);
    const { floor } = await this.options.eventLog.bounds();
    if (due) {
      this.clearedAt = performance.now();
      await this.raise(consumers, Math.max(floor, await this.options.eventLog.olderThan(this.options.retentionMs)));
    }
    this.unfinished = await this.remove(consumers, floor);
    return this.unfinished;
  }

  private async remove(consumers: readonly string[], floor: number): Promise<boolean> {
    const { database } = this.options;
    let more = false;
    for (const consumer of consumers) {
      const { rowCount } = await database.query(
        sql`delete from inbox where ctid = any(array(
         select ctid from inbox where consumer = ${consumer}
           and position <= (select cleared from inbox_mark where consumer = ${consumer})
         order by position limit ${BATCH}))`,
      );
      more ||= rowCount === BATCH;
      more = (await this.forgetDecisions(consumer, floor)) || more;
    }
    return more;
  }

  /** Removes decisions about events that the log has no longer, behind which their aggregate has gone on. @returns whether there is more. */
  private async forgetDecisions(consumer: string, floor: number): Promise<boolean> {
    const { rowCount } = await this.options.database.query(
      sql`delete from inbox_dead where id = any(array(
       select d.id from inbox_dead d
       where d.consumer = ${consumer} and d.state = 'skipped' and d.position <= ${floor}
         -- Each head is looked up by its key: with \`not exists\` the planner may read all heads into a hash.
         and coalesce((select h.last_version from inbox_head h where h.consumer = d.consumer and h.aggregate_key = d.aggregate_key),
                      d.aggregate_version) >= d.aggregate_version
       order by d.position limit ${BATCH}))`,
    );
    return rowCount === BATCH;
  }

  /**
   * The lock lets every receiver that may have looked at the old value end first. So nobody records an event whose row is removed: its
   * effect would come twice.
   */
  private async raise(consumers: readonly string[], upTo: number): Promise<void> {
    const { database } = this.options;
    const { rowCount } = await database.query(
      sql`select from inbox_mark where consumer = any(${consumers}) and least(position, ${upTo}) > cleared limit 1`,
    );
    if (rowCount === 0) return;
    try {
      await inTransaction(database, async (tx) => {
        await tx.query(`set local lock_timeout = ${LOCK_TIMEOUT_MS}`);
        await tx.query('lock table inbox in share mode');
        await tx.query(
          sql`update inbox_mark set cleared = least(position, ${upTo})
           where consumer = any(${consumers}) and least(position, ${upTo}) > cleared`,
        );
      });
    } catch (error) {
      if ((error as { code?: string }).code !== LOCK_NOT_AVAILABLE) throw error;
    }
  }
}
