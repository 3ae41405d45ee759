import { Client } from '@temporalio/client';
import { bundleWorkflowCode, type NativeConnection, NativeConnection as Connection, Worker } from '@temporalio/worker';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { pino } from 'pino';
import { Pool } from 'undici';
import { createActivities } from '../../activities/index.js';
import { participantClients } from '../../activities/participant-clients.js';
import { TimelineReporter } from '../../apps/worker/timeline-reporter.js';
import type { Participant } from '../../contracts/participant/participants.js';
import { listenerProcesses, type ProcessName } from '../../libs/embedded/processes.js';
import { installRuntime } from '../../libs/temporal/install-runtime.js';
import { noOpActivities } from '../no-op.activities.js';
import { openBenchCustomers } from './bench-customers.js';
import { cpuTimes } from './cpu-time.js';
import { startUntunedTemporal } from './untuned-temporal.js';
import { startEmbeddedBench } from './embedded-bench.js';

export const TASK_QUEUE = 'bench';
const followers = listenerProcesses.map(({ name }) => name);

/** CPU time used so far, in ms. */
export interface CpuUse {
  /** Temporal, the worker (which reports the steps of ended sagas, as it does for users), the client and the gateway. */
  engine: number;
  /** The participants that the benchmark named, and PostgreSQL. */
  participants: number;
  /** The processes that handle events: relay, saga watch, read models, webhooks and mails. 0 once they are stopped. */
  followers: number;
}

interface Options {
  /** The processes whose CPU time counts. Other processes run, too. */
  participants: readonly Participant[];
  /** Whether a server without any tuning is wanted as well. */
  untuned?: boolean;
}

export interface BenchSystem {
  /** On the worker's own connection, so starts may be eager. */
  client: Client;
  /** A client of a server without any tuning, which has a worker of its own for the same workflows; if it was asked for. */
  untuned: Client | undefined;
  cpu(): CpuUse;
  /** Ends what follows the sagas, for a comparison of the sagas alone. Facts stay in the outboxes. */
  stopFollowers(): Promise<void>;
  /** Sends JSON to a process and reads its answer. @throws when that is no success. */
  post: (to: Participant | 'gateway', path: string, body: unknown, headers: Record<string, string>) => Promise<object>;
  stop(): Promise<void>;
}

/** Runs a benchmark on a system of its own, which is stopped whatever becomes of it, and ends the process. */
export async function runBenchmark(options: Options, body: (system: BenchSystem) => Promise<void>): Promise<never> {
  const system = await startBenchSystem(options);
  const interrupted = new Promise<never>((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => reject(new Error(`stopped by ${signal}`)));
  });
  try {
    await Promise.race([body(system), interrupted]);
  } catch (error) {
    console.error(error);
    process.exitCode = 1;
  }
  await system.stop();
  process.exit();
}

/** The whole system, a worker of the workflows in `bench/workflows`, and customers whose credit no benchmark can exhaust. */
async function startBenchSystem({ participants, untuned: wantsUntuned = false }: Options): Promise<BenchSystem> {
  const logger = pino({ level: 'error' });
  installRuntime(logger);
  const log = (line: string) => console.error(`  ${line}`);
  const { system, stop: stopSystem } = await startEmbeddedBench(log);
  const database = new pg.Client({ connectionString: system.addresses.databaseAdmin });
  await database.connect();
  await openBenchCustomers(database);
  await database.end();

  const workflowBundle = await bundle();
  const activities = { ...createActivities(participantClients(system.addresses)), ...noOpActivities };
  const work = async (connection: NativeConnection) => {
    const reporter = new TimelineReporter({ build: 'bench', sagaUrl: system.addresses.saga, log: logger });
    const { sinks } = reporter;
    const worker = await Worker.create({ connection, taskQueue: TASK_QUEUE, workflowBundle, activities, sinks });
    const working = worker.run();
    return async () => {
      worker.shutdown();
      await working;
      await reporter.stop();
    };
  };
  const connection = await Connection.connect({ address: system.addresses.temporal });
  const stopWork = await work(connection);
  const untuned = wantsUntuned ? await startUntunedTemporal(log) : undefined;
  const stopUntunedWork = untuned && (await work(untuned.connection));
  const pools = Object.fromEntries(
    (['gateway', ...participants] as const).map((name) => [name, new Pool(system.addresses[name])]),
  );

  return {
    client: new Client({ connection }),
    untuned: untuned && new Client({ connection: untuned.connection }),
    cpu() {
      const sum = (times: Record<string, number>) => Object.values(times).reduce((all, ms) => all + ms, 0);
      const pids = (names: readonly ProcessName[]) => Object.fromEntries(names.map((name) => [name, system.pid(name) ?? -1]));
      const { user, system: kernel } = process.cpuUsage();
      const servers = { ...pids(['temporal', 'gateway']), ...(untuned && { untuned: untuned.pid }) };
      return {
        engine: sum(cpuTimes(servers)) + (user + kernel) / 1_000,
        participants: sum(cpuTimes(pids(['postgres', ...participants]))),
        followers: sum(cpuTimes(pids(followers.filter((name) => system.pid(name) !== undefined)))),
      };
    },
    async stopFollowers() {
      await Promise.all(followers.map((name) => system.stop(name)));
    },
    post: async (to, target, body, headers) => {
      const { statusCode, body: answer } = await pools[to]!.request({
        method: 'POST',
        path: target,
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      });
      const said = (await answer.json()) as object;
      if (statusCode >= 300) throw new Error(`${target} answered ${statusCode}: ${JSON.stringify(said)}`);
      return said;
    },
    async stop() {
      await Promise.all([stopWork(), stopUntunedWork?.()]);
      await Promise.all([connection.close(), untuned?.stop()]);
      await stopSystem();
    },
  };
}

function bundle() {
  const quiet = () => {};
  return bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('../workflows/index.js', import.meta.url)),
    logger: { log: quiet, trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet },
  });
}
