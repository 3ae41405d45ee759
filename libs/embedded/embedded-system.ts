import type { Participant } from '../../contracts/participant/participants.js';
import { hasMailbox } from '../config/has-mailbox.js';
import { participantUrls } from '../config/participant-url.js';
import type { Environment, Settings } from '../config/settings.js';
import { appEnvironment, temporalUiUrl } from './app-environment.js';
import { appProcess } from './app-process.js';
import { DataFolder } from './data-folder.js';
import { serverPorts, startServers } from './embedded-servers.js';
import { embeddedSettings } from './embedded-settings.js';
import type { EmbeddedSystemError } from './embedded-system.error.js';
import { hooksSecretKey } from './hooks-secret-key.js';
import { listenAddress } from './listen-address.js';
import { requireFreePorts } from './port-check.js';
import { ProcessSupervisor } from './process-supervisor.js';
import {
  jointProcesses,
  listenerProcesses,
  participantProcesses,
  type ProcessDeclaration,
  type ProcessName,
  splitProcesses,
} from './processes.js';
import { PidFile } from './pid-file.js';
import { runAll } from './run-all.js';

export interface EmbeddedSystemOptions {
  /** Receives one line for each part of the start, and for every later event. */
  log?: (line: string) => void;
  /** Aborts a start in progress. */
  signal?: AbortSignal;
  /** Override the environment. A port of 0, also in a URL, becomes a free port. */
  settings?: Partial<Settings>;
  /** For one process, by its name. Overrides everything else. */
  environment?: Partial<Record<ProcessName, Environment>>;
  /** Whether a process that dies is started again. Default true. */
  autoRestart?: boolean;
  /** Runs gateway and worker as two processes, as a cluster does. */
  splitWorker?: boolean;
}

export interface EmbeddedSystem {
  readonly addresses: Readonly<Record<Participant, string>> & {
    readonly gateway: string;
    readonly hooks: string;
    readonly relay: string;
    readonly notification: string;
    /** The mailbox that shows all mails; undefined if they go to a mail server. */
    readonly mailbox: string | undefined;
    readonly saga: string;
    readonly projection: string;
    /** `host:port` */
    readonly temporal: string;
    readonly temporalUi: string;
    /** With a superuser. */
    readonly databaseAdmin: string;
  };
  /** The absolute path of the data folder. */
  readonly dataDir: string;
  /** Resolves with the reason when the system has failed. The caller then stops it. */
  readonly failure: Promise<EmbeddedSystemError>;
  /** Stops one process for good. Without a name it stops all processes in reverse order and releases the data folder. */
  stop(name?: ProcessName): Promise<void>;
  /** Starts a process that was stopped or has died. Resolves when it is ready. */
  start(name: ProcessName): Promise<void>;
  restart(name: ProcessName): Promise<void>;
  /** Sends a process a signal. */
  kill(name: ProcessName, signal: NodeJS.Signals): void;
  /** Undefined while the process is not running. */
  pid(name: ProcessName): number | undefined;
}

/**
 * Starts the whole system on this machine: PostgreSQL and Temporal (unless settings name servers), databases and processes.
 * The current folder is the project's, and its code is compiled (`scripts/bootstrap.mjs`). Resolves when every part answers.
 *
 * @throws EmbeddedSystemError if a part cannot be started, and the signal's reason if it aborts. Nothing is left running.
 */
export async function startEmbeddedSystem(options: EmbeddedSystemOptions = {}): Promise<EmbeddedSystem> {
  const { log = () => {}, signal, settings: given = {}, autoRestart = true, splitWorker = false } = options;
  const settings = await embeddedSettings(given);
  const data = new DataFolder(settings.DATA_DIR);
  data.create();
  const pidFile = await PidFile.claim(data.pidFile, log, signal);
  const supervisor = new ProcessSupervisor({ log, pidFile, autoRestart });
  const stopAll = async () => {
    pidFile.stopping();
    await supervisor.stopAll();
    pidFile.release();
  };

  const apps = (declarations: readonly ProcessDeclaration[]) =>
    declarations.map((declaration) => ({ declaration, address: listenAddress(declaration, settings) }));
  const participants = apps(participantProcesses);
  // Sagas need only participants, so the listeners start together with the gateway. Processes stop in reverse order.
  const front = apps([...listenerProcesses, ...(splitWorker ? splitProcesses : jointProcesses)]);

  try {
    const appPorts = [...front, ...participants].map(({ declaration, address }) => ({
      ...address,
      setting: declaration.listensOn,
    }));
    await requireFreePorts([...appPorts, ...serverPorts(settings)]);
    const secretKey = hooksSecretKey(data);
    const servers = await startServers(supervisor, { settings, data, log, signal });
    for (const stage of [participants, front]) {
      const starts = stage.map(({ declaration, address }) => (signal: AbortSignal) => {
        const environment = appEnvironment(declaration, address, { given, settings, hooksSecretKey: secretKey, ...servers });
        const own = options.environment?.[declaration.name as ProcessName];
        return supervisor.add(appProcess(declaration, address, { ...environment, ...own }, data), signal);
      });
      await runAll(signal, starts);
    }

    const notification = listenAddress({ listensOn: 'NOTIFICATION_URL' }, settings).url;
    let stopping: Promise<void> | undefined;
    return {
      addresses: {
        ...participantUrls(settings),
        gateway: listenAddress(jointProcesses[0], settings).url,
        relay: listenAddress({ listensOn: 'RELAY_PORT' }, settings).url,
        saga: listenAddress({ listensOn: 'SAGA_PORT' }, settings).url,
        hooks: listenAddress({ listensOn: 'HOOKS_URL' }, settings).url,
        projection: listenAddress({ listensOn: 'PROJECTION_URL' }, settings).url,
        notification,
        mailbox: hasMailbox(settings) ? `${notification}/mailbox` : undefined,
        temporal: servers.temporalAddress,
        temporalUi: temporalUiUrl(given, settings),
        databaseAdmin: servers.databaseAdminUrl,
      },
      dataDir: data.path,
      failure: supervisor.failure,
      stop: (name) => (name ? supervisor.stop(name) : (stopping ??= stopAll())),
      start: (name) => supervisor.start(name),
      restart: (name) => supervisor.restart(name),
      kill: (name, signal) => supervisor.kill(name, signal),
      pid: (name) => supervisor.pid(name),
    };
  } catch (error) {
    await stopAll();
    throw error;
  }
}
