import type { Pool } from 'pg';
import { join, type Sql, sql } from '../../database/sql.js';
import { EventLog } from '../log/event-log.js';
import { pause } from '../../timing/pause.js';
import type { OutboxPlace } from './outbox-place.js';
import type { Outboxes } from './outboxes.js';

const POLL_MS = 15;

/** Finds the log position that covers everything committed so far. A writer uses it to read its own change. */
export class RelayedPosition {
  constructor(
    private readonly log: Pool,
    private readonly outboxes: Outboxes,
    /** Wakes the relay. */
    private readonly hint: () => void,
  ) {}

  /**
   * Waits until every row that was in an outbox at the call has left it. @returns the log's last position then. A reader at this
   * position has read every event that was committed before the call, except dead ones. Undefined if it takes longer than `ms`.
   */
  async within(ms: number): Promise<number | undefined> {
    const until = performance.now() + ms;
    let waiting = await this.last(await this.outboxes.all());
    while (waiting.length > 0) {
      this.hint();
      if (performance.now() >= until) return undefined;
      await pause(POLL_MS);
      waiting = await this.stillThere(waiting);
    }
    return new EventLog(this.log).head();
  }

  /** The last row of each outbox that has rows. */
  private async last(places: readonly OutboxPlace[]): Promise<Waiting[]> {
    return this.evaluate(
      places.map((place) => ({ place, id: '0' })),
      ({ place: { outbox } }) => sql`(select max(id) from ${outbox})`,
    );
  }

  /** The outboxes that still have a row up to the awaited one. */
  private stillThere(waiting: readonly Waiting[]): Promise<Waiting[]> {
    return this.evaluate(
      waiting,
      ({ place: { outbox }, id }) => sql`(select ${id}::bigint where exists (select from ${outbox} where id <= ${id}::bigint))`,
    );
  }

  /** Evaluates the expression for each outbox, in one statement per database. Outboxes for which it is null are left out. */
  private async evaluate(waiting: readonly Waiting[], expression: (one: Waiting) => Sql): Promise<Waiting[]> {
    const databases = new Map<Pool, Waiting[]>();
    for (const one of waiting) {
      const database = one.place.externalPool ?? this.log;
      databases.set(database, [...(databases.get(database) ?? []), one]);
    }
    const answers = await Promise.all(
      [...databases].map(async ([database, ones]) => {
        const { rows } = await database.query<{ ids: (string | null)[] }>(
          sql`select array[${join(ones.map(expression))}]::text[] as ids`,
        );
        return ones.flatMap((one, index) => (rows[0]!.ids[index] == null ? [] : [{ ...one, id: rows[0]!.ids[index] }]));
      }),
    );
    return answers.flat();
  }
}

interface Waiting {
  place: OutboxPlace;
  id: string;
}
