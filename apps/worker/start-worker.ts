import { type NativeConnection, Worker } from '@temporalio/worker';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { createActivities } from '../../activities/index.js';
import { participantClients } from '../../activities/participant-clients.js';
import { participantUrls, participantUrlSettings } from '../../libs/config/participant-url.js';
import type { Settings } from '../../libs/config/settings.js';
import { buildIdOf } from '../../libs/releases/release.js';
import { TimelineReporter } from './timeline-reporter.js';

/** The settings of a worker, without those of its connection. */
export const workerSettingNames = [...participantUrlSettings, 'SAGA_URL', 'TEMPORAL_NAMESPACE', 'TEMPORAL_TASK_QUEUE'] as const;
export type WorkerSettings = Pick<Settings, (typeof workerSettingNames)[number]>;

export interface RunningWorker {
  /** Throws unless the worker is taking work. */
  check(): Promise<void>;
  /** Waits until running workflow tasks and activities have finished. */
  stop(): Promise<void>;
}

/** The folder of the compiled code. This module is in it, compiled or in a bundle of the app. */
const compiledCode = new URL(import.meta.url.slice(0, import.meta.url.lastIndexOf('/dist/') + '/dist/'.length));
/** Built with the compiled code, so that the worker runs the exact bundle that the replay tests have checked. */
const bundlePath = fileURLToPath(new URL('workflow-bundle.js', compiledCode));

/**
 * Starts the worker of all sagas on the given connection. `onFailure` is called when the worker stops by itself: a dead worker must not
 * look healthy.
 */
export async function startWorker(
  connection: NativeConnection,
  settings: WorkerSettings,
  log: Logger,
  onFailure: (error: unknown) => void,
): Promise<RunningWorker> {
  if (!existsSync(bundlePath)) throw new Error(`There is no workflow bundle at ${bundlePath}. Run: npm run build`);
  const clients = participantClients(participantUrls(settings));
  const build = buildIdOf(readFileSync(bundlePath));
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
