import type { Pool, PoolClient } from 'pg';
import { inTransaction } from '../../database/in-transaction.js';
import { type Sql, sql } from '../../database/sql.js';
import { typesSql } from '../event/event-filter.js';
import { broughtTypes, type Consumer } from './consumer.js';

export interface Progress {
  /** Every wanted event up to here is settled: applied, stale, or a dead letter. */
  position: number;
  /** How many of the scanned events after it are not settled. */
  missing: number;
  /** How long ago the first of them was appended to the log, in seconds by the clock of the database. 0 if none is missing. */
  behindSeconds: number;
}

interface Look extends Omit<Progress, 'position'> {
  mark: number;
  /** Whether there is nothing to look at behind it. */
  ended: boolean;
}

/** How many rows of the log one read scans. */
const SCAN = 2_000;

/**
 * Whether an event is settled: applied, stale, unwanted, a dead letter, or parked behind one. The subqueries find each row by its key.
 * With `exists` the planner may hash the whole inbox instead.
 */
const settled = (consumer: string): Sql => sql`coalesce((
  select i.processed_at is not null or (
    select d.id from inbox_dead d
    where d.consumer = ${consumer} and d.occurrence_id = l.event_id and d.state = 'parked' and not exists (
      select from inbox_dead o where o.consumer = ${consumer} and o.aggregate_key = d.aggregate_key and o.state = 'dead')) is null
  from inbox i where i.consumer = ${consumer} and i.occurrence_id = l.event_id), false)`;

/** The inbox may have no rows up to the mark of another process, so the scan begins behind it. */
const behindMark = (consumer: string, mark: number): Sql =>
  sql`position > greatest(${mark}::bigint, coalesce((select position from inbox_mark where consumer = ${consumer}), 0))`;

/**
 * The progress of a consumer in the log: which events of the log its inbox lacks. The channel cannot answer that, because channels have
 * positions of their own and do not know parked events.
 */
export class ConsumerProgress {
  /** Whether the consumer receives an event. */
  private readonly wanted: Sql;
  private mark = 0;
  private looking: Promise<Progress> | undefined;

  /**
   * @param effectsLast whether a commit of the consumer's effects outlives a crash of the server. While it does not, a look writes the mark
   *   down, which brings what it counts to the disk first: otherwise a crash would take back what is never looked for again.
   */
  constructor(
    private readonly database: Pool,
    readonly consumer: Consumer,
    private readonly effectsLast: () => boolean = () => true,
  ) {
    this.wanted = typesSql(sql`l.type`, broughtTypes(consumer));
  }

  /** The consumer's progress at the last load, read or save. Settled events stay settled. */
  get written(): number {
    return this.mark;
  }

  /** Continues at the stored mark of an earlier process. */
  async load(): Promise<void> {
    const { rows } = await this.database.query<{ position: string }>(
      sql`select position from inbox_mark where consumer = ${this.consumer.name}`,
    );
    this.mark = Math.max(this.mark, Number(rows[0]?.position ?? 0));
  }

  /** Stores the mark, so that retention may remove the events before it. */
  async save(): Promise<void> {
    await this.write(this.database, this.mark);
  }

  /** Reads the progress now, or joins a read in progress. */
  look(): Promise<Progress> {
    return (this.looking ??= this.lookNow().finally(() => (this.looking = undefined)));
  }

  /** The events that are not settled and are at least so old by the clock of the database, the oldest first. */
  async missing(olderThanMs: number, limit: number): Promise<string[]> {
    const { name } = this.consumer;
    const { rows } = await this.database.query<{ eventId: string }>(
      sql`select l.event_id as "eventId"
       from (select * from events.log where ${behindMark(name, this.mark)} order by position limit ${SCAN}) l
       where ${this.wanted} and l.recorded_at <= clock_timestamp() - ${olderThanMs} * interval '1 millisecond'
         and not ${settled(name)} order by l.position limit ${limit}`,
    );
    return rows.map(({ eventId }) => eventId);
  }

  private async lookNow(): Promise<Progress> {
    for (;;) {
      const seen = this.effectsLast()
        ? await this.lookOnce(this.database)
        : await inTransaction(this.database, async (tx) => {
            const looked = await this.lookOnce(tx);
            await this.write(tx, looked.mark);
            return looked;
          });
      // What is done with stays so; the first that is not is where the next look begins.
      this.mark = Math.max(this.mark, seen.mark);
      if (seen.ended) return { position: this.mark, missing: seen.missing, behindSeconds: seen.behindSeconds };
    }
  }

  private async lookOnce(database: Pick<PoolClient, 'query'>): Promise<Look> {
    const { name } = this.consumer;
    const from = this.mark;
    const { rows } = await database.query<{
      looked: number;
      last: string | null;
      open: string | null;
      missing: number;
      behindSeconds: number;
      written: string | null;
    }>(
      sql`select count(*)::int as looked, max(l.position) as last, min(l.position) filter (where l.open) as open,
              count(*) filter (where l.open)::int as missing,
              greatest(extract(epoch from clock_timestamp() - min(l.recorded_at) filter (where l.open)), 0)::float8 as "behindSeconds",
              (select position from inbox_mark where consumer = ${name}) as written
       from (select l.position, l.recorded_at, ${this.wanted} and not ${settled(name)} as open
             from (select * from events.log where ${behindMark(name, from)} order by position limit ${SCAN}) l) l`,
    );
    const { looked, last, open, missing, behindSeconds, written } = rows[0]!;
    const mark = Math.max(from, open === null ? Number(last ?? from) : Number(open) - 1, Number(written ?? 0));
    return { mark, missing, behindSeconds, ended: open !== null || looked < SCAN };
  }

  private async write(database: Pick<PoolClient, 'query'>, mark: number): Promise<void> {
    await database.query(
      sql`update inbox_mark set position = ${mark} where consumer = ${this.consumer.name} and position < ${mark}`,
    );
  }
}
