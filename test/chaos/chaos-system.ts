import { Client, Connection } from '@temporalio/client';
import { mkdirSync, mkdtempSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import type { Settings } from '../../libs/config/settings.js';
import { DataFolder } from '../../libs/embedded/data-folder.js';
import { freePorts } from '../../libs/embedded/embedded-settings.js';
import { type EmbeddedSystem, startEmbeddedSystem } from '../../libs/embedded/embedded-system.js';
import {
  jointProcesses,
  listenerProcesses,
  participantProcesses,
  type ProcessName,
  splitProcesses,
} from '../../libs/embedded/processes.js';
import { Clocks } from './clocks.js';
import { openCustomers } from './customers.js';

/** Impatient sagas, so that within a short run each deadline passes somewhere. */
const impatience = {
  SAGA_FAST_STEP_MS: 500,
  SAGA_STEP_DEADLINE_MS: 5_000,
  SAGA_FORWARD_DEADLINE_MS: 15_000,
  SAGA_ATTENTION_AFTER_MS: 2_500,
  APPROVAL_WITHIN_MS: 8_000,
  SETTLE_SWEEP_MS: 2_000,
};

export interface ChaosSystem {
  embedded: EmbeddedSystem;
  /** The processes of this project, in start order. */
  processes: readonly ProcessName[];
  /** As the administrator, who sees the schemas of all services. */
  database: pg.Pool;
  temporal: Client;
  clocks: Clocks;
  /** The folder with the log of each process. */
  logs: string;
  stop(): Promise<void>;
}

/** Starts the whole system on free ports, with data of its own, and customers whose credit soon runs out. */
export async function startChaosSystem(options: {
  splitWorker: boolean;
  settleLost: boolean;
  /** Outweigh the impatience. */
  settings?: Partial<Settings>;
  /** The credit limits of the customers, in cents; small ones unless it is given. */
  limitOf?: (customer: number) => number;
  /** Whether the clocks of processes can be moved (default true). */
  movesClocks?: boolean;
  log: (line: string) => void;
  signal?: AbortSignal | undefined;
}): Promise<ChaosSystem> {
  const { splitWorker, settleLost, settings = {}, limitOf, movesClocks = true, log, signal } = options;
  mkdirSync('.roundtrip', { recursive: true });
  const dataDir = mkdtempSync(path.resolve('.roundtrip', 'chaos-'));
  const clocks = new Clocks(path.join(dataDir, 'clocks'));
  const processes = [...participantProcesses, ...listenerProcesses, ...(splitWorker ? splitProcesses : jointProcesses)].map(
    ({ name }) => name,
  );
  const remove = () => new DataFolder(dataDir).remove();
  try {
    const embedded = await startEmbeddedSystem({
      log,
      ...(signal && { signal }),
      splitWorker,
      settings: {
        DATA_DIR: dataDir,
        ...freePorts,
        ...impatience,
        ...settings,
        SETTLE_LOST_SAGAS: settleLost ? 'on' : 'off',
        CHAOS: true,
        LOG_LEVEL: 'warn',
      },
      ...(movesClocks && { environment: Object.fromEntries(processes.map((name) => [name, clocks.environmentOf(name)])) }),
    });
    const database = new pg.Pool({ connectionString: embedded.addresses.databaseAdmin, max: 4 });
    database.on('error', () => {}); // the server is restarted under us
    await openCustomers(database, limitOf);
    // Never closed: the SDK's retries on a closed connection are uncaught errors. It ends with this process.
    const connection = Connection.lazy({ address: embedded.addresses.temporal });
    return {
      embedded,
      processes,
      database,
      temporal: new Client({ connection }),
      clocks,
      logs: path.join(embedded.dataDir, 'logs'),
      async stop() {
        await database.end();
        await embedded.stop();
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}
