import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { migrate } from '../../libs/database/migrate.js';
import { EventLog } from '../../libs/messaging/log/event-log.js';
import type { Consumer } from '../../libs/messaging/inbox/consumer.js';
import { DeadLetters } from '../../libs/messaging/inbox/dead-letters.js';
import { Inbox, type InboxOptions } from '../../libs/messaging/inbox/inbox.js';
import type { LoggedEvent } from '../../libs/messaging/event/logged-event.js';
import { createDatabase, type TestDatabase } from '../support/database.harness.js';

/**
 * A database of the test's own with a log, the tables that every consuming service has, and a table `effect` for what handlers do. The time stands
 * until it is moved.
 */
export class InboxHarness {
  private time = Date.parse('2027-01-01T00:00:00Z');

  private constructor(
    private readonly own: TestDatabase,
    readonly database: pg.Pool,
    readonly log: EventLog,
  ) {}

  /** @param serverUrl of another server than the system's own, as its administrator. */
  static async create(serverUrl?: string): Promise<InboxHarness> {
    const own = await createDatabase(serverUrl);
    const database = new pg.Pool({ connectionString: own.url, max: 12, options: '-c search_path=consuming' });
    database.on('error', () => {}); // dropping the database ends its connections
    for (const [schema, folder] of [
      ['events', 'events'],
      ['consuming', 'inbox'],
    ] as const) {
      await database.query(`create schema ${schema}`);
      const owner = new pg.Client({ connectionString: own.url, options: `-c search_path=${schema}` });
      await owner.connect();
      await migrate(owner, [folder]);
      await owner.end();
    }
    await database.query(
      'create table effect (nr bigint generated always as identity, consumer text, aggregate text, version int, event_id uuid)',
    );
    return new InboxHarness(own, database, new EventLog(database));
  }

  inbox(options: Partial<InboxOptions> = {}): Inbox {
    return new Inbox({ database: this.database, history: this.log, now: () => new Date(this.time), ...options });
  }

  letters(inbox: Inbox, ...consumers: Consumer[]): DeadLetters {
    return new DeadLetters(this.database, inbox, () => consumers);
  }

  forward(seconds: number): void {
    this.time += seconds * 1_000;
  }

  /** Puts facts of aggregates into the log, in this order. */
  async append(...facts: { aggregate: string; version: number; type?: string }[]): Promise<LoggedEvent[]> {
    const said: LoggedEvent[] = [];
    for (const { aggregate, version, type = 'order.happened' } of facts) {
      const eventId = randomUUID();
      await this.database.query(
        `insert into events.log (event_id, service, type, type_version, aggregate_type, aggregate_id, aggregate_version, subject, occurred_at, data)
         values ($1, $2, $3, 1, 'thing', $4, $5, $4, now(), '{"n": 1.50}')`,
        [eventId, type.split('.')[0], type, aggregate, version],
      );
      said.push((await this.log.find(eventId))!);
    }
    return said;
  }

  /** The effects of handlers in commit order: `<aggregate><version>`. */
  async effects(consumer: string): Promise<string[]> {
    const { rows } = await this.database.query<{ effect: string }>(
      'select aggregate || version as effect from effect where consumer = $1 order by nr',
      [consumer],
    );
    return rows.map(({ effect }) => effect);
  }

  async drop(): Promise<void> {
    await this.database.end();
    await this.own.drop();
  }
}

/** A consumer that notes each event in the table `effect`; `before` may throw. */
export function noting(
  mode: Consumer['mode'],
  options: { name?: string; types?: readonly string[]; before?: (event: LoggedEvent) => unknown } = {},
): Consumer {
  const { name = `${mode}-${randomUUID()}`, types = [], before } = options;
  return {
    name,
    mode,
    types,
    async handle(event, tx) {
      await tx.query('insert into effect (consumer, aggregate, version, event_id) values ($1, $2, $3, $4)', [
        name,
        event.aggregateId,
        event.aggregateVersion,
        event.eventId,
      ]);
      await before?.(event);
    },
  };
}
