import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import pg from 'pg';
import { prepareDatabases } from '../../libs/database/prepare-databases.js';
import { serviceUrl } from '../../libs/database/service-url.js';
import { freePort } from '../../libs/embedded/free-port.js';
import { EventLog } from '../../libs/messaging/log/event-log.js';
import type { LoggedEvent } from '../../libs/messaging/event/logged-event.js';
import { eventually } from '../support/api.js';
import { createDatabase, type TestDatabase } from '../support/database.harness.js';

const ROLE_PASSWORD = 'roundtrip';
/** Long, because several relays start at once on a busy machine. */
const STARTED_WITHIN_MS = 110_000;

export interface EmittedEvent {
  service?: string;
  /** Default: `<service>.happened`, of a `thing`. */
  type?: string;
  aggregateType?: string;
  aggregate: string;
  version: number;
  eventId?: string;
  data?: string;
  subject?: string;
}

/** A test's own database with every schema, by default on the system's server. Only the test starts relays on it. */
export class LogHarness {
  private readonly relays = new Set<RelayProcess>();
  private constructor(
    private readonly database: TestDatabase,
    readonly admin: pg.Pool,
    /** As the relay's role. */
    readonly log: pg.Pool,
  ) {}

  get name(): string {
    return this.database.name;
  }

  get adminUrl(): string {
    return this.database.url;
  }

  /** @param options with `serverUrl` on another server than the system's own, as its administrator. */
  static async create(options: { outboxNotify?: 'on' | 'off'; serverUrl?: string } = {}): Promise<LogHarness> {
    const { serverUrl, ...preparing } = options;
    const database = await createDatabase(serverUrl);
    const { url } = database;
    await prepareDatabases({ adminUrl: url, rolePassword: ROLE_PASSWORD, log: () => {}, ...preparing });
    const testLog = new LogHarness(database, pool(url), pool(serviceUrl(url, 'events', ROLE_PASSWORD)));
    // These tests ignore the events of the seed.
    await testLog.admin.query('delete from customer.outbox');
    return testLog;
  }

  /** The database as a role sees it. */
  urlOf(service: string): string {
    return serviceUrl(this.adminUrl, service, ROLE_PASSWORD);
  }

  /** Writes an event into an outbox, as a service would. */
  async emit(event: EmittedEvent, client: Pick<pg.ClientBase, 'query'> = this.admin): Promise<string> {
    const { service = 'order', aggregate, version, eventId = randomUUID(), data = '{}', subject = aggregate } = event;
    const { type = `${service}.happened`, aggregateType = 'thing' } = event;
    await client.query(
      `insert into ${pg.escapeIdentifier(service)}.outbox
         (event_id, type, type_version, aggregate_type, aggregate_id, aggregate_version, subject, occurred_at, data)
       values ($1, $2, 1, $7, $3, $4, $5, clock_timestamp(), $6)`,
      [eventId, type, aggregate, version, subject, data, aggregateType],
    );
    return eventId;
  }

  /** Everything in the log, read by cursor, page by page. */
  async all(): Promise<LoggedEvent[]> {
    const reader = new EventLog(this.admin);
    const events: LoggedEvent[] = [];
    for (let after = 0; ;) {
      const page = await reader.read({ after, scan: 500 });
      if (page.scannedTo === after) return events;
      events.push(...page.events);
      after = page.scannedTo;
    }
  }

  /** The versions of an aggregate in the log, in the log's order. */
  async versions(aggregate: string): Promise<number[]> {
    return (await this.all())
      .filter(({ aggregateId }) => aggregateId === aggregate)
      .map(({ aggregateVersion }) => aggregateVersion);
  }

  async outboxRows(service = 'order'): Promise<number> {
    const { rows } = await this.admin.query<{ rows: number }>(
      `select count(*)::int as rows from ${pg.escapeIdentifier(service)}.outbox`,
    );
    return rows[0]!.rows;
  }

  /** Starts a real relay process on this database. Resolves when it is ready. */
  async relay(settings: Record<string, string> = {}): Promise<RelayProcess> {
    const port = await freePort();
    const relay = new RelayProcess(port, {
      DATABASE_URL: this.urlOf('events'),
      RELAY_PORT: String(port),
      LOG_LEVEL: 'silent',
      OUTBOX_NOTIFY: 'on',
      ...settings,
    });
    this.relays.add(relay);
    await relay.ready();
    return relay;
  }

  async drop(): Promise<void> {
    await Promise.all([...this.relays].map((relay) => relay.kill('SIGKILL')));
    await Promise.all([this.admin.end(), this.log.end()]);
    await this.database.drop();
  }
}

/** A relay process that the test controls. */
class RelayProcess {
  readonly url: string;
  private readonly child: ChildProcess;
  private readonly exit: Promise<number | string>;

  constructor(port: number, environment: Record<string, string>) {
    this.url = `http://127.0.0.1:${port}`;
    this.child = spawn(process.execPath, [path.resolve('dist/bundled/apps/relay/main.js')], {
      env: environment,
      stdio: 'ignore',
    });
    this.exit = new Promise((resolve) => this.child.once('exit', (code, signal) => resolve(signal ?? code ?? 0)));
  }

  async ready(): Promise<void> {
    await eventually(
      async () => (await fetch(`${this.url}/readyz`)).ok,
      (ok) => ok,
      STARTED_WITHIN_MS,
    );
  }

  /** @returns its exit code, or the signal that ended it. */
  async kill(signal: NodeJS.Signals): Promise<number | string> {
    this.child.kill(signal);
    return this.exit;
  }

  async post(
    route: string,
    body: object,
  ): Promise<{ status: number; body: { code?: string; detail?: string; released?: number } }> {
    const response = await fetch(this.url + route, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as { code?: string } };
  }

  async get<Body>(route: string): Promise<Body> {
    return (await (await fetch(this.url + route)).json()) as Body;
  }

  async metric(name: string, service: string): Promise<number | undefined> {
    const text = await (await fetch(`${this.url}/metrics`)).text();
    const found = new RegExp(`^${name}\\{[^}]*service="${service}"[^}]*\\} (\\S+)$`, 'm').exec(text);
    return found ? Number(found[1]) : undefined;
  }
}
export type { RelayProcess };

const pool = (connectionString: string): pg.Pool => {
  const made = new pg.Pool({ connectionString, max: 20 });
  made.on('error', () => {});
  return made;
};
