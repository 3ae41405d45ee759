import type { Pool } from 'pg';
import { typesParameters, typesSql } from '../event/event-filter.js';
import { broughtTypes, type Consumer } from './consumer.js';

export interface Progress {
  /** Everything that the consumer wants of the log up to here is settled: applied, overtaken, or a dead letter. */
  position: number;
  /** How many events of the log after it are not; counted among those that were looked at. */
  missing: number;
  /** When the first of them came into the log. */
  since: Date | undefined;
}

/** How many rows of the log one look goes over. */
const LOOK = 2_000;

/**
 * What is done with of an event: applied, overtaken, not wanted, or a dead letter and what waits behind one. Each row is looked up by its
 * key: with `exists` the planner may read the whole inbox into a hash instead.
 */
const settled = `coalesce((
  select i.processed_at is not null or (
    select d.id from inbox_dead d where d.consumer = $1 and d.occurrence_id = l.event_id and d.state = 'parked' and not exists (
      select from inbox_dead o where o.consumer = $1 and o.aggregate_key = d.aggregate_key and o.state = 'dead')) is null
  from inbox i where i.consumer = $1 and i.occurrence_id = l.event_id), false)`;

/** Whether the consumer is brought an event. */
const wanted = typesSql('l.type', '$3', '$4');

/** The inbox may have no rows up to the mark that another process has written down, so nothing before it is looked at. */
const behindMark = `position > greatest($2::bigint, coalesce((select position from inbox_mark where consumer = $1), 0))`;

/**
 * The progress of a consumer in the log: which events of the log its inbox lacks. The channel cannot answer that, because channels have
 * positions of their own and do not know parked events.
 */
export class ConsumerProgress {
  private readonly types: ReturnType<typeof typesParameters>;
  private mark = 0;
  private looking: Promise<Progress> | undefined;

  constructor(
    private readonly database: Pool,
    readonly consumer: Consumer,
  ) {
    this.types = typesParameters(broughtTypes(consumer));
  }

  /** How far the consumer was known to have come when this was last loaded, looked at or saved; what is settled stays so. */
  get written(): number {
    return this.mark;
  }

  /** Begins where the last process wrote down that everything is done. */
  async load(): Promise<void> {
    const { rows } = await this.database.query<{ position: string }>('select position from inbox_mark where consumer = $1', [
      this.consumer.name,
    ]);
    this.mark = Math.max(this.mark, Number(rows[0]?.position ?? 0));
  }

  /** Writes down how far the consumer has come, which lets retention go as far. */
  async save(): Promise<void> {
    await this.database.query('update inbox_mark set position = $2 where consumer = $1 and position < $2', [
      this.consumer.name,
      this.mark,
    ]);
  }

  /** A look that begins now, or the one that is under way. */
  look(): Promise<Progress> {
    return (this.looking ??= this.lookNow().finally(() => (this.looking = undefined)));
  }

  /** The events that are not done with and came into the log before a time, the oldest first. */
  async missing(before: Date, limit: number): Promise<string[]> {
    const { rows } = await this.database.query<{ eventId: string }>(
      `select l.event_id as "eventId" from (select * from events.log where ${behindMark} order by position limit ${LOOK}) l
       where ${wanted} and l.recorded_at < $5 and not ${settled} order by l.position limit $6`,
      [this.consumer.name, this.mark, ...this.types, before, limit],
    );
    return rows.map(({ eventId }) => eventId);
  }

  private async lookNow(): Promise<Progress> {
    for (;;) {
      const from = this.mark;
      const { rows } = await this.database.query<{
        looked: number;
        last: string | null;
        open: string | null;
        missing: number;
        since: Date | null;
        written: string | null;
      }>(
        `select count(*)::int as looked, max(l.position) as last, min(l.position) filter (where l.open) as open,
                count(*) filter (where l.open)::int as missing, min(l.recorded_at) filter (where l.open) as since,
                (select position from inbox_mark where consumer = $1) as written
         from (select l.position, l.recorded_at, ${wanted} and not ${settled} as open
               from (select * from events.log where ${behindMark} order by position limit ${LOOK}) l) l`,
        [this.consumer.name, from, ...this.types],
      );
      const { looked, last, open, missing, since, written } = rows[0]!;
      // What is done with stays so; the first that is not is where the next look begins.
      this.mark = Math.max(this.mark, open === null ? Number(last ?? from) : Number(open) - 1, Number(written ?? 0));
      if (open !== null || looked < LOOK) return { position: this.mark, missing, since: since ?? undefined };
    }
  }
}
