import { existsSync } from 'node:fs';
import pg from 'pg';
import { sql } from '../database/sql.js';
import type { DataFolder } from './data-folder.js';
import type { ProcessSpec } from './managed-process.js';
import { postgresBinaries } from './postgres.binaries.js';
import { ensureCluster, locateCluster, POSTGRES_PASSWORD, POSTGRES_USER, postgresEnvironment } from './postgres.cluster.js';
import { clearPostgresLock } from './postgres.lock.js';
import { MAX_CONNECTIONS } from './postgres.tuning.js';

const DATABASE = 'roundtrip';
/** Recovery after a power cut replays what has been written since the last checkpoint; that may take a while. */
const READY_WITHIN_MS = 120_000;

export interface PostgresServerOptions {
  data: DataFolder;
  port: number;
  log: (line: string) => void;
  signal?: AbortSignal | undefined;
}

/** The address of the embedded server's administrator, in the product's database. */
export const embeddedPostgresUrl = (port: number, database = DATABASE): string =>
  `postgresql://${POSTGRES_USER}:${POSTGRES_PASSWORD}@127.0.0.1:${port}/${database}`;

/**
 * Prepares a PostgreSQL server on loopback, with its data in the data folder, and returns how to run it. It has PostgreSQL's full
 * durability: committed data survives a kill and a power cut.
 *
 * @throws EmbeddedSystemError if there is no PostgreSQL for this platform, or if the data folder is broken.
 */
export async function postgresServer({ data, port, log, signal }: PostgresServerOptions): Promise<ProcessSpec> {
  const place = locateCluster(data, log);
  const { folder, account } = place;
  const binaries = postgresBinaries(account);
  if (!existsSync(folder)) log('postgres: making the database folder');
  await ensureCluster(place, binaries, signal);
  await clearPostgresLock(folder, log);
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '', // whose paths may be too long, or another server's
    max_connections: String(MAX_CONNECTIONS),
    timezone: 'UTC',
    log_timezone: 'UTC',
  };
  return {
    name: 'postgres',
    command: binaries.postgres,
    args: ['-D', folder, '-p', String(port), ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    cwd: '/',
    environment: postgresEnvironment,
    account,
    exitsWithParent: false,
    stopSignal: 'SIGINT', // ends sessions and writes a checkpoint; SIGTERM would wait for clients to leave
    logFile: data.logOf('postgres'),
    address: `127.0.0.1:${port}`,
    isReady: () => accepts(embeddedPostgresUrl(port, 'postgres')),
    readyWithinMs: READY_WITHIN_MS,
    retryFirstStart: false,
    explainDeath: (how) =>
      `PostgreSQL could not be started on ${folder} (${how}). Its data is still there: see below what it says of it. Usual causes are a full ` +
      'disk and files that its user may not write. If the folder is damaged, put back a copy of it that works. Only without a copy: ' +
      'npm run reset deletes all data, orders included.',
  };
}

/** Creates the product's database in a new cluster. */
export async function ensureDatabase(port: number): Promise<void> {
  const client = new pg.Client(embeddedPostgresUrl(port, 'postgres'));
  await client.connect();
  try {
    const { rowCount } = await client.query(sql`select from pg_database where datname = ${DATABASE}`);
    if (!rowCount) await client.query(`create database ${pg.escapeIdentifier(DATABASE)}`);
  } finally {
    await client.end();
  }
}

async function accepts(connectionString: string): Promise<boolean> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 2_000 });
  client.on('error', () => {}); // a connection that is cut is no answer either
  try {
    await client.connect();
    await client.query(sql`select 1`);
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}
