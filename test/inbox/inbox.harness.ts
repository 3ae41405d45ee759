import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { EventLog } from '../../libs/messaging/log/event-log.js';
import type { Consumer } from '../../libs/messaging/inbox/consumer.js';
import { DeadLetters } from '../../libs/messaging/inbox/dead-letters.js';
import { Inbox, type InboxOptions } from '../../libs/messaging/inbox/inbox.js';
import type { LoggedEvent } from '../../libs/messaging/event/logged-event.js';
import { system } from '../support/system.js';

/**
 * A database of the test's own with a log, the tables that every consuming service has, and a table `effect` for what handlers do. The time stands
 * until it is moved.
 */
export class InboxHarness {
  private time = Date.parse('2027-01-01T00:00:00Z');

  private constructor(
    private readonly name: string,
    readonly database: pg.Pool,
    readonly log: EventLog,
  ) {}

  static async create(): Promise<InboxHarness> {
    const name = `test_${randomUUID().replaceAll('-', '')}`;
    await atServer(`create database ${name}`);
    const url = new URL(system().databaseAdminUrl);
    url.pathname = `/${name}`;
    const database = new pg.Pool({ connectionString: url.href, max: 12, options: '-c search_path=consuming' });
    database.on('error', () => {}); // dropping the database ends its connections
    await database.query('create schema events; create schema consuming');
    for (const sql of migrationsOf('events'))
      await database.query(`set search_path = events; ${sql}; set search_path = consuming`);
    for (const sql of migrationsOf('projection').filter((text) => /create table inbox(_mark)? \(/.test(text)))
      await database.query(sql);
    await database.query(
      'create table effect (nr bigint generated always as identity, consumer text, aggregate text, version int, event_id uuid)',
    );
    return new InboxHarness(name, database, new EventLog(database));
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

  /** What handlers did, in the order in which it was committed: `<aggregate><version>`. */
  async effects(consumer: string): Promise<string[]> {
    const { rows } = await this.database.query<{ effect: string }>(
      'select aggregate || version as effect from effect where consumer = $1 order by nr',
      [consumer],
    );
    return rows.map(({ effect }) => effect);
  }

  async drop(): Promise<void> {
    await this.database.end();
    await atServer(`drop database ${this.name} with (force)`);
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

function migrationsOf(service: string): string[] {
  const folder = path.join('prisma', service, 'migrations');
  return readdirSync(folder)
    .filter((entry) => /^\d/.test(entry))
    .sort()
    .map((entry) => readFileSync(path.join(folder, entry, 'migration.sql'), 'utf8'));
}

async function atServer(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: system().databaseAdminUrl });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
