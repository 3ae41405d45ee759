import type { Pool, PoolClient } from 'pg';
import { ifGiven, sql } from '../../database/sql.js';
import { type EventFilter, typesSql } from '../event/event-filter.js';
import type { EventHistory, VersionGap } from '../event/event-history.js';
import type { LogEpoch } from './log-cursor.js';
import type { LoggedEvent } from '../event/logged-event.js';
import { type Aggregate, partitionSql } from '../event/partition-key.js';

export interface LogQuery extends EventFilter {
  /** Exclusive: events at later positions are read. */
  after: number;
  /** The largest number of rows to scan. Fewer may match. */
  scan: number;
  /** The largest number of events to return. Default: all matches among the scanned rows. */
  limit?: number;
}

export interface LogPage {
  events: LoggedEvent[];
  /** The last scanned position; `after` if there was no row. Continue here, so that a rare filter scans no row twice. */
  scannedTo: number;
  /** Whether `scan` or `limit` ended the page, and not the end of the log. Then the same query always has the same result. */
  full: boolean;
  /** The epoch of the log at the moment of reading, for the cursor after this page. */
  epoch: string;
  /** Whether events after `after` were removed from the log, so that the page is incomplete. */
  missed: boolean;
}

const columns = sql`position, event_id as "eventId", service, type, type_version as "typeVersion", aggregate_type as "aggregateType",
  aggregate_id as "aggregateId", aggregate_version as "aggregateVersion", subject, occurred_at as "occurredAt", recorded_at as "recordedAt",
  correlation_id as "correlationId", causation_id as "causationId", traceparent, tracestate, data`;

type Row = Omit<LoggedEvent, 'position'> & { position: string };
interface Bound {
  scanned: string;
  scannedTo: string | null;
  floor: string;
  epoch: string;
}

const currentEpoch = sql`(select epoch from events.log_epoch order by number desc limit 1)`;

/** Reads the event log. The role must have `select` on it. A reader by position misses nothing, because only one relay writes at a time. */
export class EventLog implements EventHistory {
  constructor(private readonly database: Pick<Pool | PoolClient, 'query'>) {}

  /** The next events, in order of position. */
  async read({ after, scan, limit, types = [], subject, partition }: LogQuery): Promise<LogPage> {
    // One statement, so that the bound and the events are of one snapshot.
    const { rows } = await this.database.query<Bound & (Row | { position: null })>(
      sql`with bound as (
         select count(*) as scanned, max(position) as last
         from (select position from events.log where position > ${after} order by position limit ${scan}) as looked_at
       )
       select bound.scanned, bound.last as "scannedTo", (select position from events.log_floor) as floor, ${currentEpoch} as epoch, found.*
       from bound left join lateral (
         select ${columns} from events.log
         where position > ${after} and position <= bound.last and ${typesSql(sql`type`, types)}
           and ${ifGiven(subject, sql`subject = ${subject}`)}
           and ${partition === undefined ? sql`true` : sql`${partitionSql(partition.of)} = ${partition.index}`}
         order by position limit ${limit ?? null}
       ) as found on true
       order by found.position`,
    );
    const [first] = rows;
    if (!first) throw new Error('The bounds of the log have no row, which an aggregate always has.');
    const events = rows.flatMap(({ scanned: _scanned, scannedTo: _scannedTo, floor: _floor, epoch: _epoch, ...row }) =>
      row.position === null ? [] : [loggedEvent(row)],
    );
    const last = events.at(-1);
    const limited = limit !== undefined && events.length === limit;
    return {
      events,
      scannedTo: limited && last ? last.position : Number(first.scannedTo ?? after),
      full: limited || Number(first.scanned) === scan,
      epoch: first.epoch,
      missed: Number(first.floor) > after,
    };
  }

  /**
   * The bounds of the log: the last removed position, the last assigned position (0 if none), and the current epoch.
   */
  async bounds(database: Pick<PoolClient, 'query'> = this.database): Promise<{ floor: number; head: number; epoch: string }> {
    const { rows } = await database.query<{ floor: string; head: string; epoch: string }>(
      sql`select position as floor, greatest(position, (select max(position) from events.log)) as head, ${currentEpoch} as epoch
       from events.log_floor`,
    );
    const { floor, head, epoch } = rows[0]!;
    return { floor: Number(floor), head: Number(head), epoch };
  }

  /** All epochs of the log, oldest first: one, and one for each restore. */
  async epochs(): Promise<[LogEpoch, ...LogEpoch[]]> {
    const { rows } = await this.database.query<{ epoch: string; beginsAfter: string }>(
      sql`select epoch, begins_after as "beginsAfter" from events.log_epoch order by number`,
    );
    return rows.map((row) => ({ ...row, beginsAfter: Number(row.beginsAfter) })) as [LogEpoch, ...LogEpoch[]];
  }

  /** The last position of the log, 0 while it is empty. */
  async head(): Promise<number> {
    return (await this.bounds()).head;
  }

  /**
   * The position before every event that was recorded at or after `time`, also if the clock was set back in between. 0 if some of these
   * events were removed from the log.
   */
  async before(time: Date): Promise<number> {
    const { rows } = await this.database.query<{ position: string }>(
      sql`select case when ${time} <= floor.passed_at then 0 else coalesce(
         (select position - 1 from events.log where passed_at >= ${time} order by passed_at, position limit 1),
         greatest(floor.position, (select max(position) from events.log))) end as position
       from events.log_floor floor`,
    );
    return Number(rows[0]?.position ?? 0);
  }

  /**
   * The position up to which every event is older than `ageMs`, by the clock of the database, which has written their times. So a
   * process whose own clock is wrong takes no young event for an old one.
   */
  async olderThan(ageMs: number): Promise<number> {
    const { rows } = await this.database.query<{ time: Date }>(
      sql`select clock_timestamp() - ${ageMs} * interval '1 millisecond' as time`,
    );
    return this.before(rows[0]!.time);
  }

  /** The events of an aggregate with versions after one and before another, in order; at most `limit`. */
  async ofAggregate(aggregate: Aggregate, after: number, before: number, limit: number): Promise<LoggedEvent[]> {
    const { service, aggregateType, aggregateId } = aggregate;
    const { rows } = await this.database.query<Row>(
      sql`select ${columns} from events.log
       where service = ${service} and aggregate_type = ${aggregateType} and aggregate_id = ${aggregateId}
         and aggregate_version > ${after} and aggregate_version < ${before}
       order by aggregate_version limit ${limit}`,
    );
    return rows.map(loggedEvent);
  }

  /** The versions of an aggregate that will never be in the log, in order. */
  async gapsOf({ service, aggregateType, aggregateId }: Aggregate): Promise<VersionGap[]> {
    const { rows } = await this.database.query<VersionGap>(
      sql`select first_version as "from", last_version as "to" from events.log_gap
       where service = ${service} and aggregate_type = ${aggregateType} and aggregate_id = ${aggregateId} order by first_version`,
    );
    return rows;
  }

  /** The last version of an aggregate up to a position; its last version if it has no event after the position. */
  async versionBefore({ service, aggregateType, aggregateId }: Aggregate, position: number): Promise<number> {
    const { rows } = await this.database.query<{ version: number }>(
      sql`select coalesce(min(aggregate_version) filter (where position > ${position}) - 1, max(aggregate_version), (
           select last_version from events.log_head
             where service = ${service} and aggregate_type = ${aggregateType} and aggregate_id = ${aggregateId}), 0) as version
       from events.log
       where service = ${service} and aggregate_type = ${aggregateType} and aggregate_id = ${aggregateId}`,
    );
    return rows[0]?.version ?? 0;
  }

  async find(eventId: string): Promise<LoggedEvent | undefined> {
    const { rows } = await this.database.query<Row>(sql`select ${columns} from events.log where event_id = ${eventId}`);
    return rows[0] && loggedEvent(rows[0]);
  }

  /** The events with these ids that are in the log, in no order. */
  async findAll(eventIds: readonly string[]): Promise<LoggedEvent[]> {
    const { rows } = await this.database.query<Row>(
      sql`select ${columns} from events.log where event_id = any(${eventIds}::uuid[])`,
    );
    return rows.map(loggedEvent);
  }
}

const loggedEvent = (row: Row): LoggedEvent => ({ ...row, position: Number(row.position) });
