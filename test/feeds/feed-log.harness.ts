import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { grantAccess } from '../../libs/database/grant-access.js';
import { migrate } from '../../libs/database/migrate.js';
import { provision } from '../../libs/database/provision.js';
import { serviceUrl } from '../../libs/database/service-url.js';
import { migrationFolders } from '../../libs/database/services.js';
import { sequenceOf } from '../../libs/messaging/event/render-event.js';
import { createDatabase } from '../support/database.harness.js';

export interface Fact {
  type: string;
  subject: string;
  data?: unknown;
}

/** An appended event's id and position. */
export interface Appended {
  id: string;
  position: number;
  sequence: string;
}

/** The log of a database, written as the relay writes it: in order of position, under the relay's lock. */
export class FeedLogHarness {
  private readonly admin: pg.Pool;
  private version = 0;

  constructor(readonly adminUrl: string) {
    this.admin = new pg.Pool({ connectionString: adminUrl, max: 5 });
  }

  async append(...facts: Fact[]): Promise<Appended[]> {
    const client = await this.admin.connect();
    try {
      await client.query('begin');
      await client.query(`select pg_advisory_xact_lock(hashtext('events.log'))`);
      const appended: Appended[] = [];
      for (const { type, subject, data = { n: this.version } } of facts) {
        const id = randomUUID();
        const { rows } = await client.query<{ position: string }>(
          `insert into events.log (event_id, service, type, type_version, aggregate_type, aggregate_id, aggregate_version, subject, occurred_at, correlation_id, data)
           values ($1, split_part($2, '.', 1), $2, 1, 'test', $3, $4, $3, now(), 'test-saga', $5) returning position`,
          [id, type, subject, ++this.version, JSON.stringify(data)],
        );
        const position = Number(rows[0]?.position);
        appended.push({ id, position, sequence: sequenceOf(position) });
      }
      await client.query('commit');
      return appended;
    } catch (error) {
      await client.query('rollback');
      throw error;
    } finally {
      client.release();
    }
  }

  /** Uses positions up without anything to show for it, as a transaction that rolls back does. */
  async waste(positions: number): Promise<void> {
    await this.admin.query(`select nextval(pg_get_serial_sequence('events.log', 'position')) from generate_series(1, $1)`, [
      positions,
    ]);
  }

  /** As after a copy of the data directory was put back. */
  async beginEpoch(): Promise<void> {
    await this.admin.query('select events.begin_epoch()');
  }

  async removeUpTo(position: number): Promise<void> {
    await this.admin.query('delete from events.log where position <= $1', [position]);
  }

  async head(): Promise<number> {
    const { rows } = await this.admin.query<{ head: string | null }>('select max(position) as head from events.log');
    return Number(rows[0]?.head ?? 0);
  }

  async close(): Promise<void> {
    await this.admin.end();
  }
}

/** A database with its own log on the system's server, for tests that remove events or need to know every event in the log. */
export async function createFeedLog(): Promise<FeedLogHarness & { hooksUrl: string }> {
  const password = 'roundtrip';
  const { url } = await createDatabase();
  for (const service of ['events', 'hooks'] as const) {
    await withClient(url, (admin) => provision(admin, service, password));
    await withClient(serviceUrl(url, service, password), async (owner) => {
      await migrate(owner, migrationFolders[service]);
      await grantAccess(owner, service, ['hooks']);
    });
  }
  return Object.assign(new FeedLogHarness(url), { hooksUrl: serviceUrl(url, 'hooks', password) });
}

async function withClient(connectionString: string, use: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await use(client);
  } finally {
    await client.end();
  }
}
