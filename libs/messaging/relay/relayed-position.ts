import pg, { type Pool } from 'pg';
import { EventLog } from '../log/event-log.js';
import { pause } from '../../timing/pause.js';
import type { OutboxPlace } from './outbox-place.js';
import type { Outboxes } from './outboxes.js';

const POLL_MS = 15;

/** Says where in the log everything is that had been committed: for whoever has changed something and wants to read it. */
export class CarriedPosition {
  constructor(
    private readonly log: Pool,
    private readonly outboxes: Outboxes,
    /** Wakes the relay. */
    private readonly hint: () => void,
  ) {}

  /**
   * Waits until no outbox holds anything that was in it at the time of the call. @returns the last position of the log by then: whoever has read up to
   * it has read every fact that was committed before the call, but for dead ones. Undefined when that takes longer than `ms`.
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

  /** The last row of each outbox that has one. */
  private async last(places: readonly OutboxPlace[]): Promise<Waiting[]> {
    return this.ask(
      places.map((place) => ({ place, id: '0' })),
      ({ place: { outbox } }) => `(select max(id) from ${outbox})`,
    );
  }

  /** Those of the outboxes that still have a row up to the one that is waited for. */
  private stillThere(waiting: readonly Waiting[]): Promise<Waiting[]> {
    return this.ask(
      waiting,
      ({ place: { outbox }, id }) =>
        `(select ${pg.escapeLiteral(id)}::bigint where exists (select from ${outbox} where id <= ${pg.escapeLiteral(id)}::bigint))`,
    );
  }

  /** One statement a database: the number that an expression has for each outbox, without those for which it has none. */
  private async ask(waiting: readonly Waiting[], expression: (one: Waiting) => string): Promise<Waiting[]> {
    const databases = new Map<Pool, Waiting[]>();
    for (const one of waiting) {
      const database = one.place.elsewhere ?? this.log;
      databases.set(database, [...(databases.get(database) ?? []), one]);
    }
    const answers = await Promise.all(
      [...databases].map(async ([database, ones]) => {
        const { rows } = await database.query<{ ids: (string | null)[] }>(
          `select array[${ones.map(expression).join(', ')}]::text[] as ids`,
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
