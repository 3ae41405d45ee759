import { type NativeConnection, Worker } from '@temporalio/worker';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { createActivities } from '../../activities/index.js';
import { participantClients } from '../../activities/participant-clients.js';
import { participantUrls, participantUrlSettings } from '../../libs/config/participant-url.js';
import type { Settings } from '../../libs/config/settings.js';
import { TimelineReporter } from './timeline-reporter.js';

/** The settings that a worker needs, besides those of its connection. */
export const workerSettingNames = [...participantUrlSettings, 'SAGA_URL', 'TEMPORAL_NAMESPACE', 'TEMPORAL_TASK_QUEUE'] as const;
export type WorkerSettings = Pick<Settings, (typeof workerSettingNames)[number]>;

export interface RunningWorker {
  /** Throws unless the worker is taking work. */
  check(): Promise<void>;
  /** Lets workflow tasks and activities under way finish, then resolves. */
  stop(): Promise<void>;
}

/** Where the compiled code is, of which this module is a part as it was compiled or in a bundle of the app. */
const compiledCode = new URL(import.meta.url.slice(0, import.meta.url.lastIndexOf('/dist/') + '/dist/'.length));
/** Built beside the compiled code, so that what runs is byte for byte what the replay tests have checked. */
const bundlePath = fileURLToPath(new URL('workflow-bundle.js', compiledCode));

/**
 * Starts the worker of every saga on the given connection. `onFailure` hears of a worker that has stopped by itself: a dead
 * worker must not look alive.
 */
export async function startWorker(
  connection: NativeConnection,
  settings: WorkerSettings,
  log: Logger,
  onFailure: (error: unknown) => void,
): Promise<RunningWorker> {
  if (!existsSync(bundlePath)) throw new Error(`There is no workflow bundle at ${bundlePath}. Run: npm run build`);
  const clients = participantClients(participantUrls(settings));
  const build = buildIdOf(bundlePath);
  const reporter = new TimelineReporter({ build, sagaUrl: settings.SAGA_URL, log });
  const worker = await Worker.create({
    connection,
    namespace: settings.TEMPORAL_NAMESPACE,
    taskQueue: settings.TEMPORAL_TASK_QUEUE,
    workflowBundle: { codePath: bundlePath },
    activities: createActivities(clients),
    sinks: reporter.sinks,
    workerDeploymentOptions: {
      version: { deploymentName: 'roundtrip', buildId: build },
      useWorkerVersioning: false,
    },
    shutdownGraceTime: '10s',
  });
  const done = worker.run().catch((error: unknown) => {
    log.fatal({ err: error }, 'the worker stopped by itself');
    onFailure(error);
  });
  log.info({ taskQueue: settings.TEMPORAL_TASK_QUEUE }, 'worker polling');
  return {
    async check() {
      if (worker.getState() !== 'RUNNING') throw new Error(`the worker is ${worker.getState()}`);
    },
    async stop() {
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await done;
      await Promise.all([reporter.stop(), ...Object.values(clients).map((client) => client.close())]);
    },
  };
}

/** Two workers with the same workflow code are the same build, wherever they were built. */
function buildIdOf(bundle: string): string {
  return createHash('sha256').update(readFileSync(bundle)).digest('hex').slice(0, 12);
}
