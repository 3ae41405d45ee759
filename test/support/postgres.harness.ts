import { mkdirSync, mkdtempSync } from 'node:fs';
import path from 'node:path';
import { DataFolder } from '../../libs/embedded/data-folder.js';
import { freePort } from '../../libs/embedded/free-port.js';
import { ManagedProcess } from '../../libs/embedded/managed-process.js';
import { embeddedPostgresUrl, ensureDatabase, postgresServer } from '../../libs/embedded/postgres.server.js';
import { waitUntil } from '../../libs/embedded/wait-until.js';

export interface PostgresHarness {
  /** As its administrator. */
  adminUrl: string;
  /** Shuts the server down, as an operator would: every session ends. */
  takeDown(): Promise<void>;
  /** Ends the server at once, as a power failure would: what is not on the disk is lost. */
  crash(): Promise<void>;
  bringUp(): Promise<void>;
  /** Stops the server and removes its data. */
  stop(): Promise<void>;
}

/** A second PostgreSQL server, which a test may stop. */
export async function startTestPostgres(): Promise<PostgresHarness> {
  mkdirSync('.roundtrip', { recursive: true });
  const dataDir = mkdtempSync(path.resolve('.roundtrip', 'postgres-'));
  const data = new DataFolder(dataDir);
  data.create();
  const port = await freePort();
  const spec = await postgresServer({ data, port, log: () => {} });
  let server: ManagedProcess | undefined;
  const bringUp = async () => {
    server = new ManagedProcess(spec);
    if (!(await waitUntil(spec.isReady, { withinMs: spec.readyWithinMs })))
      throw new Error(`PostgreSQL did not start: ${spec.logFile}`);
  };
  await bringUp();
  await ensureDatabase(port);
  return {
    adminUrl: embeddedPostgresUrl(port),
    takeDown: async () => void (await server?.stop()),
    crash: async () => {
      server?.kill('SIGQUIT'); // PostgreSQL's immediate shutdown
      await server?.exited;
    },
    bringUp,
    stop: async () => {
      await server?.stop();
      data.remove();
    },
  };
}
