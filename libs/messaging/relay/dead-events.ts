import type { Pool } from 'pg';
import type { DeadEvent } from '../../../contracts/event/dead-event.resource.js';
import { recordGap } from './append-rows.js';
import { type DeadRow, deadAsText } from './dead-row.js';
import { inDeadTransaction } from './dead-transaction.js';
import type { OutboxPlace } from './outbox-place.js';
import { carryOut, readHeld } from './outbox-rows.js';
import type { Outboxes } from './outboxes.js';
import { type Settlement, type SettleOptions, settleRows } from './append-in-order.js';
import type { Queryable } from './bounded-transaction.js';

/** What came of a decision: done, or why not. */
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

const columns = `id::float8 as id, event_id as "eventId", type, type_version as "typeVersion", aggregate_type as "aggregateType",
  aggregate_id as "aggregateId", aggregate_version as "aggregateVersion", occurred_at as "occurredAt", state, reason, error, attempts, note,
  died_at as "diedAt", data`;

type Row = Omit<DeadEvent, 'service' | 'occurredAt' | 'diedAt'> & { occurredAt: Date; diedAt: Date };

/** The events that could not go into the log, of all services, and what an operator can do about them. */
export class DeadEvents {
  constructor(
    private readonly log: Pool,
    private readonly outboxes: Outboxes,
  ) {}

  /** In order of service and number. */
  async list({ service, state, limit, after }: DeadQuery): Promise<DeadEvent[]> {
    const places = (await this.outboxes.all())
      .filter((place) => (service === undefined || place.service === service) && place.service >= (after?.service ?? ''))
      .toSorted((a, b) => (a.service < b.service ? -1 : 1));
    const events: DeadEvent[] = [];
    for (const place of places) {
      if (events.length === limit) break;
      const { rows } = await (place.elsewhere ?? this.log).query<Row>(
        `select ${columns} from ${place.dead} where ($1::text is null or state = $1) and id > $2 order by ${place.dead}.id limit $3`,
        [state ?? null, after?.service === place.service ? after.id : -1, limit - events.length],
      );
      events.push(...rows.map((row) => deadEvent(place, row)));
    }
    return events;
  }

  /** Tries to put an event into the log again, and behind it those that waited for it. */
  async replay(service: string, id: number, options: SettleOptions): Promise<Decision> {
    const place = await this.outboxes.find(service);
    if (!place) return { outcome: 'unknown' };
    const settled = await this.settle(place, id, async (log, row, held) => settleRows(log, place, [row], held, options));
    if (!('logged' in settled)) return settled;
    if (settled.logged.some((row) => row.id === String(id))) return { outcome: 'done', released: settled.logged.length - 1 };
    const { rows } = await (place.elsewhere ?? this.log).query<Row>(`select ${columns} from ${place.dead} where id = $1`, [id]);
    return rows[0] ? { outcome: 'refused', event: deadEvent(place, rows[0]) } : { outcome: 'unknown' };
  }

  /** Decides that an event never goes into the log; those behind it go on without it. It is kept, with the note. */
  async skip(service: string, id: number, note: string): Promise<Decision> {
    const place = await this.outboxes.find(service);
    if (!place) return { outcome: 'unknown' };
    const settled = await this.settle(place, id, async (log, row, held, dead) => {
      await dead.query(`update ${place.dead} set state = 'skipped', note = $2, decided_at = clock_timestamp() where id = $1`, [
        id,
        note,
      ]);
      const version = Number(row.aggregate_version);
      await recordGap(log, place, row, { from: version, to: version });
      const decided = held.map((one) => (one.id === row.id ? { ...one, state: 'skipped' as const } : one));
      return settleRows(log, place, [], decided);
    });
    return 'logged' in settled ? { outcome: 'done', released: settled.logged.length } : settled;
  }

  private settle(
    place: OutboxPlace,
    id: number,
    decide: (log: Queryable, row: DeadRow, held: DeadRow[], dead: Queryable) => Promise<Settlement>,
  ): Promise<Settlement | Decision> {
    return inDeadTransaction(this.log, place, async (dead, inLog) => {
      const { rows } = await dead.query<DeadRow>(`select ${deadAsText} from ${place.dead} where id = $1 for update`, [id]);
      const [row] = rows;
      if (!row) return { outcome: 'unknown' };
      if (row.state === 'skipped') return { outcome: 'skipped-already' };
      const settlement = await inLog(async (log) => decide(log, row, await readHeld(dead, place, rows), dead));
      await carryOut(dead, place, settlement);
      return settlement;
    });
  }
}

const deadEvent = ({ service }: OutboxPlace, row: Row): DeadEvent => ({
  service,
  ...row,
  occurredAt: row.occurredAt.toISOString(),
  diedAt: row.diedAt.toISOString(),
});
