import { givenEnvironment } from '../config/settings.js';
import { ForeignLayoutError } from '../database/foreign-layout.error.js';
import { prepareDatabases } from '../database/prepare-databases.js';
import type { DataFolder } from './data-folder.js';
import type { EmbeddedSettings } from './embedded-settings.js';
import { EmbeddedSystemError } from './embedded-system.error.js';
import type { WantedPort } from './port-check.js';
import { embeddedPostgresUrl, ensureDatabase, postgresServer } from './postgres.server.js';
import type { ProcessSupervisor } from './process-supervisor.js';
import { ensureRetention, requireExternalTemporal } from './temporal.namespace.js';
import { temporalServer } from './temporal.server.js';
import { findTemporal, temporalSources } from './temporal-sources/find-temporal.js';
import { runAll } from './run-all.js';

/** The addresses of the servers that the processes need, embedded or external. */
export interface Servers {
  /** PostgreSQL, with a superuser. */
  databaseAdminUrl: string;
  /** `host:port` */
  temporalAddress: string;
}

export interface ServerOptions {
  settings: EmbeddedSettings;
  data: DataFolder;
  log: (line: string) => void;
  signal?: AbortSignal | undefined;
}

/** The ports of the servers to start. */
export function serverPorts(settings: EmbeddedSettings): WantedPort[] {
  const wanted = [
    ...(settings.DATABASE_URL ? [] : (['EMBEDDED_POSTGRES_PORT'] as const)),
    ...(settings.TEMPORAL_ADDRESS ? [] : (['EMBEDDED_TEMPORAL_PORT', 'EMBEDDED_TEMPORAL_UI_PORT'] as const)),
  ];
  return wanted.map((setting) => ({
    host: '127.0.0.1',
    port: settings[setting],
    setting,
    alternative: String(settings[setting] + 100),
  }));
}

/**
 * Starts PostgreSQL and Temporal, or checks the servers of DATABASE_URL and TEMPORAL_ADDRESS. Brings databases and namespace up to date.
 *
 * @throws EmbeddedSystemError with the server that is unavailable, and the remedy.
 */
export async function startServers(
  supervisor: ProcessSupervisor,
  { settings, data, log, signal }: ServerOptions,
): Promise<Servers> {
  const { EMBEDDED_POSTGRES_PORT: postgresPort, EMBEDDED_TEMPORAL_PORT: port, EMBEDDED_TEMPORAL_UI_PORT: uiPort } = settings;
  const namespace = settings.TEMPORAL_NAMESPACE;
  const specs = await runAll(signal, [
    async (signal) => (settings.DATABASE_URL ? undefined : postgresServer({ data, port: postgresPort, log, signal })),
    async (signal) => {
      if (settings.TEMPORAL_ADDRESS) return requireExternalTemporal(settings, log);
      const executable = await findTemporal(temporalSources(givenEnvironment()), { log, signal });
      return temporalServer({ executable, data, namespace, port, uiPort });
    },
  ]);
  const servers = {
    databaseAdminUrl: settings.DATABASE_URL ?? embeddedPostgresUrl(postgresPort),
    temporalAddress: settings.TEMPORAL_ADDRESS ?? `127.0.0.1:${port}`,
  };
  const [postgres, temporal] = specs;
  await runAll(signal, [
    async (signal) => {
      if (postgres) {
        await supervisor.add(postgres, signal);
        await ensureDatabase(postgresPort);
      }
      await prepare(servers.databaseAdminUrl, settings, log);
    },
    async (signal) => {
      if (!temporal) return;
      await supervisor.add(temporal, signal);
      await ensureRetention(servers.temporalAddress, namespace);
    },
  ]);
  return servers;
}

async function prepare(adminUrl: string, settings: EmbeddedSettings, log: (line: string) => void): Promise<void> {
  try {
    await prepareDatabases({
      adminUrl,
      rolePassword: settings.DATABASE_ROLE_PASSWORD,
      outboxNotify: settings.OUTBOX_NOTIFY,
      log: (line) => log(`database ${line}`),
    });
  } catch (error) {
    const { host, pathname } = new URL(adminUrl);
    const { message, code } = error as NodeJS.ErrnoException;
    const which = settings.DATABASE_URL ? ' (DATABASE_URL)' : '';
    if (error instanceof ForeignLayoutError) throw new EmbeddedSystemError(wayOut(error, settings), { cause: error });
    throw new EmbeddedSystemError(`The databases on ${host}${pathname}${which} could not be prepared: ${message || code}`, {
      cause: error,
    });
  }
}

/** The error message for data of another release. */
function wayOut({ message }: ForeignLayoutError, { DATABASE_URL, DATA_DIR }: EmbeddedSettings): string {
  const wayOut = DATABASE_URL
    ? 'Use an empty database for DATABASE_URL.'
    : 'Start that release to use it. If the data is no longer needed, `npm run reset` deletes it.';
  return `The data in ${DATABASE_URL ? 'the database of DATABASE_URL' : DATA_DIR} was written by another release (${message}). ${wayOut}`;
}
