import { searchAttributeDeclarations } from '../../contracts/saga/search-attribute-names.js';
import { DataFolder } from './data-folder.js';
import type { ProcessSpec } from './managed-process.js';
import { listensOn } from './tcp-probe.js';
import { namespaceAnswers } from './temporal.namespace.js';
import { temporalStorage, temporalTuning } from './temporal.tuning.js';

const READY_WITHIN_MS = 60_000;
/**
 * A request that is cancelled at a bad moment may leave the SQLite connection of the dev server interrupted for good: every later
 * request fails with "interrupted (9)" (temporalio/temporal#9198). Only a restart helps, and it loses nothing.
 */
const STUCK_AFTER = { everyMs: 10_000, failures: 6 };
const ANSWERS_WITHIN_MS = 10_000;

export interface TemporalServerOptions {
  executable: string;
  data: DataFolder;
  namespace: string;
  port: number;
  uiPort: number;
}

/** How to run Temporal's dev server on loopback, with its data in the data folder, tuned for one machine. */
export function temporalServer({ executable, data, namespace, port, uiPort }: TemporalServerOptions): ProcessSpec {
  const address = `127.0.0.1:${port}`;
  return {
    name: 'temporal',
    command: executable,
    args: [
      'server',
      'start-dev',
      ...flags({
        ip: '127.0.0.1',
        port,
        'ui-port': uiPort,
        'db-filename': DataFolder.temporalDatabaseName, // relative to `cwd`
        namespace,
        'log-level': 'error',
      }),
      ...Object.entries(temporalStorage).flatMap(([pragma, value]) => ['--sqlite-pragma', `${pragma}=${value}`]),
      ...Object.entries(temporalTuning).flatMap(([key, value]) => ['--dynamic-config-value', `${key}=${value}`]),
      ...searchAttributeDeclarations.flatMap((declaration) => ['--search-attribute', declaration]),
    ],
    cwd: data.path,
    environment: { HOME: data.path, PATH: '/usr/bin:/bin' }, // not ours: TEMPORAL_* variables are settings of the CLI, too
    exitsWithParent: false,
    stopSignal: 'SIGTERM',
    logFile: data.logOf('temporal'),
    address: `${address}, UI on http://127.0.0.1:${uiPort}`,
    isReady: async () => (await namespaceAnswers(address, namespace)) && listensOn('127.0.0.1', uiPort),
    readyWithinMs: READY_WITHIN_MS,
    watchdog: { ...STUCK_AFTER, answers: () => namespaceAnswers(address, namespace, ANSWERS_WITHIN_MS) },
    retryFirstStart: false,
    explainDeath: (how) =>
      `Temporal could not be started on its database ${data.temporalDatabase} (${how}). Its data is still there: see below what it says of it. ` +
      'Usual causes are a full disk, a file that this user may not write, and a Temporal CLI older than the one that wrote it. ' +
      'If the file is damaged, put back a copy of it that works. Only without a copy: npm run reset deletes all data, orders included.',
  };
}

const flags = (values: Record<string, string | number>): string[] =>
  Object.entries(values).flatMap(([name, value]) => [`--${name}`, String(value)]);
