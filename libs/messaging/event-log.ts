import type { Pool, PoolClient } from 'pg';
import type { LoggedEvent } from './logged-event.js';

export interface LogQuery {
  /** Exclusive: events at later positions are read. */
  after: number;
  /** How many rows to look at, at the most; fewer may match. */
  scan: number;
  /** Only these: `order.approved`, or `order.*` for all of a service. None means all. */
  types?: readonly string[];
  /** Only those about this aggregate. */
  subject?: string;
}

export interface LogPage {
  events: LoggedEvent[];
  /** The last position that was looked at; `after` where there was nothing. Go on from here: a rare filter need not look twice. */
  scannedTo: number;
}

const columns = `position, event_id as "eventId", service, type, type_version as "typeVersion", aggregate_type as "aggregateType",
  aggregate_id as "aggregateId", aggregate_version as "aggregateVersion", subject, occurred_at as "occurredAt", recorded_at as "recordedAt",
  correlation_id as "correlationId", causation_id as "causationId", traceparent, tracestate, data`;

type Row = Omit<LoggedEvent, 'position'> & { position: string };

/** Reads the log of all facts, for whoever may `select` from it. A reader by position misses nothing, as only one relay writes at a time. */
export class EventLog {
  constructor(private readonly database: Pick<Pool | PoolClient, 'query'>) {}

  /** The next events, in order of position. */
  async read({ after, scan, types = [], subject }: LogQuery): Promise<LogPage> {
    const { rows } = await this.database.query<Row & { matches: boolean }>(
      `select ${columns}, ($3::text[] is null or type = any($3) or split_part(type, '.', 1) = any($4)) and ($5::text is null or subject = $5) as matches
       from events.log where position > $1 order by position limit $2`,
      [after, scan, ...typeFilter(types), subject ?? null],
    );
    const last = rows.at(-1);
    return {
      events: rows.filter(({ matches }) => matches).map(({ matches: _matches, ...row }) => loggedEvent(row)),
      scannedTo: last ? Number(last.position) : after,
    };
  }

  /** The last position of the log, 0 while it is empty. */
  async head(): Promise<number> {
    const { rows } = await this.database.query<{ position: string }>(
      'select coalesce(max(position), 0) as position from events.log',
    );
    return Number(rows[0]?.position ?? 0);
  }

  /** The oldest position that is kept, undefined while the log is empty. */
  async oldest(): Promise<number | undefined> {
    const { rows } = await this.database.query<{ position: string | null }>('select min(position) as position from events.log');
    return rows[0]?.position == null ? undefined : Number(rows[0].position);
  }

  /** The last position that was recorded before `time`: whoever reads after it sees everything since. */
  async before(time: Date): Promise<number> {
    const { rows } = await this.database.query<{ position: string }>(
      'select coalesce(max(position), 0) as position from events.log where recorded_at < $1',
      [time],
    );
    return Number(rows[0]?.position ?? 0);
  }

  async find(eventId: string): Promise<LoggedEvent | undefined> {
    const { rows } = await this.database.query<Row>(`select ${columns} from events.log where event_id = $1`, [eventId]);
    return rows[0] && loggedEvent(rows[0]);
  }

  /** Those of the events that are in the log, in no order. */
  async findAll(eventIds: readonly string[]): Promise<LoggedEvent[]> {
    const { rows } = await this.database.query<Row>(`select ${columns} from events.log where event_id = any($1::uuid[])`, [
      eventIds,
    ]);
    return rows.map(loggedEvent);
  }
}

const loggedEvent = (row: Row): LoggedEvent => ({ ...row, position: Number(row.position) });

/** The exact types, and the services of which all types are wanted; both null for no filter. */
function typeFilter(types: readonly string[]): [string[] | null, string[] | null] {
  if (types.length === 0) return [null, null];
  return [
    types.filter((type) => !type.endsWith('.*')),
    types.flatMap((type) => (type.endsWith('.*') ? [type.slice(0, -2)] : [])),
  ];
}
