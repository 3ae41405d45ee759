import type { Pool } from 'pg';
import type { DeadEvent } from '../../../contracts/event/dead-event.resource.js';
import { ifGiven, sql } from '../../database/sql.js';
import { recordGap } from './append-rows.js';
import { type DeadRow, deadAsText } from './dead-row.js';
import { inDeadTransaction } from './dead-transaction.js';
import type { OutboxPlace } from './outbox-place.js';
import { apply, readDeadRows } from './outbox-rows.js';
import type { Outboxes } from './outboxes.js';
import { type AppendResult, type AppendOptions, appendInOrder } from './append-in-order.js';
import type { Queryable } from './bounded-transaction.js';

/** The outcome of an operator's decision. */
export type Decision =
  | { outcome: 'done'; released: number }
  | { outcome: 'unknown' }
  | { outcome: 'skipped-already' }
  | { outcome: 'refused'; event: DeadEvent };

interface DeadQuery {
  service?: string | undefined;
  state?: DeadEvent['state'] | undefined;
  limit: number;
  /** Exclusive. */
  after?: { service: string; id: number } | undefined;
}

const columns = sql`id::float8 as id, event_id as "eventId", type, type_version as "typeVersion", aggregate_type as "aggregateType",
  aggregate_id as "aggregateId", aggregate_version as "aggregateVersion", occurred_at as "occurredAt", state, reason, error, attempts, note,
  died_at as "diedAt", data`;

type Row = Omit<DeadEvent, 'service' | 'occurredAt' | 'diedAt'> & { occurredAt: Date; diedAt: Date };

/** The events of all services that could not be appended to the log, and an operator's decisions about them. */
export class DeadEvents {
  constructor(
    private readonly log: Pool,
    private readonly outboxes: Outboxes,
  ) {}

  /** Lists them by service and id. */
  async list({ service, state, limit, after }: DeadQuery): Promise<DeadEvent[]> {
    const places = (await this.outboxes.all())
      .filter((place) => (service === undefined || place.service === service) && place.service >= (after?.service ?? ''))
      .toSorted((a, b) => (a.service < b.service ? -1 : 1));
    const events: DeadEvent[] = [];
    for (const place of places) {
      if (events.length === limit) break;
      const { rows } = await (place.externalPool ?? this.log).query<Row>(
        sql`select ${columns} from ${place.dead}
         where ${ifGiven(state, sql`state = ${state}`)} and id > ${after?.service === place.service ? after.id : -1}
         order by ${place.dead}.id limit ${limit - events.length}`,
      );
      events.push(...rows.map((row) => deadEvent(place, row)));
    }
    return events;
  }

  /** Tries to append an event again, and the events that are parked behind it. */
  async replay(service: string, id: number, options: AppendOptions): Promise<Decision> {
    const place = await this.outboxes.find(service);
    if (!place) return { outcome: 'unknown' };
    const result = await this.decide(place, id, async (log, row, deadRows) =>
      appendInOrder(log, place, [row], deadRows, options),
    );
    if (!('logged' in result)) return result;
    if (result.logged.some((row) => row.id === String(id))) return { outcome: 'done', released: result.logged.length - 1 };
    const { rows } = await (place.externalPool ?? this.log).query<Row>(
      sql`select ${columns} from ${place.dead} where id = ${id}`,
    );
    return rows[0] ? { outcome: 'refused', event: deadEvent(place, rows[0]) } : { outcome: 'unknown' };
  }

  /** Skips an event for good and appends those behind it. The row keeps the note until retention removes it. */
  async skip(service: string, id: number, note: string): Promise<Decision> {
    const place = await this.outboxes.find(service);
    if (!place) return { outcome: 'unknown' };
    const result = await this.decide(place, id, async (log, row, deadRows, dead) => {
      await dead.query(
        sql`update ${place.dead} set state = 'skipped', note = ${note}, decided_at = clock_timestamp() where id = ${id}`,
      );
      const version = Number(row.aggregate_version);
      await recordGap(log, place, row, { from: version, to: version });
      const decided = deadRows.map((each) => (each.id === row.id ? { ...each, state: 'skipped' as const } : each));
      return appendInOrder(log, place, [], decided);
    });
    return 'logged' in result ? { outcome: 'done', released: result.logged.length } : result;
  }

  private decide(
    place: OutboxPlace,
    id: number,
    append: (log: Queryable, row: DeadRow, deadRows: DeadRow[], dead: Queryable) => Promise<AppendResult>,
  ): Promise<AppendResult | Decision> {
    return inDeadTransaction(this.log, place, async (dead, inLog) => {
      const { rows } = await dead.query<DeadRow>(sql`select ${deadAsText} from ${place.dead} where id = ${id} for update`);
      const [row] = rows;
      if (!row) return { outcome: 'unknown' };
      if (row.state === 'skipped') return { outcome: 'skipped-already' };
      const result = await inLog(async (log) => append(log, row, await readDeadRows(dead, place, rows), dead));
      await apply(dead, place, result);
      return result;
    });
  }
}

const deadEvent = ({ service }: OutboxPlace, row: Row): DeadEvent => ({
  service,
  ...row,
  occurredAt: row.occurredAt.toISOString(),
  diedAt: row.diedAt.toISOString(),
});
