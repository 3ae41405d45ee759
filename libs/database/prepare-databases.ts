import path from 'node:path';
import pg from 'pg';
import { grantAccess } from './grant-access.js';
import { migrate } from './migrate.js';
import { setOutboxHint } from './outbox-hint.js';
import { provision } from './provision.js';
import { seed } from './seed.js';
import { serviceUrl } from './service-url.js';
import { logReaders, migrationFolders, services } from './services.js';

export interface PrepareDatabasesOptions {
  /** A PostgreSQL user that may create roles and schemas. */
  adminUrl: string;
  rolePassword: string;
  /** Whether a new row in an outbox wakes the relay, or waits until that looks by itself; off, unless told. */
  outboxNotify?: 'on' | 'off';
  log: (line: string) => void;
}

const PROVISIONING_LOCK = 72_707_370;

/**
 * Brings every service's schema up to date: role, schema, migrations, what other roles may see of it, seed. May be repeated and run from several machines at
 * once; what is there already is left alone.
 */
export async function prepareDatabases({
  adminUrl,
  rolePassword,
  outboxNotify = 'off',
  log,
}: PrepareDatabasesOptions): Promise<void> {
  await withClient(adminUrl, async (admin) => {
    await admin.query('select pg_advisory_lock($1)', [PROVISIONING_LOCK]); // two roles of one name at once would collide; freed with the connection
    for (const service of services) await provision(admin, service, rolePassword);
  });
  for (const service of services) {
    await withClient(serviceUrl(adminUrl, service, rolePassword), async (client) => {
      const applied = await migrate(client, migrationFolders[service]);
      const seeded = await seed(client, path.join('prisma', service, 'seed.sql'));
      await grantAccess(client, service, logReaders);
      await setOutboxHint(client, service, outboxNotify);
      log(
        `${service}: ${applied.length ? `applied ${applied.join(', ')}` : 'migrations are up to date'}${seeded ? `, seeded ${seeded} rows` : ''}`,
      );
    });
  }
}

async function withClient<Result>(connectionString: string, use: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
