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
  /** Hears one line for each part of the start, and for whatever happens later. */
  log?: (line: string) => void;
  /** Ends a start that is under way. */
  signal?: AbortSignal;
  /** Outweigh the environment. A port of 0, also in a URL, becomes one that is free. */
  settings?: Partial<Settings>;
  /** For one process, by its name: outweighs everything. */
  environment?: Partial<Record<ProcessName, Environment>>;
  /** Whether a process that dies is started again (yes, unless told). */
  autoRestart?: boolean;
  /** Runs gateway and worker as processes of their own, as a cluster does. */
  splitWorker?: boolean;
}

export interface EmbeddedSystem {
  readonly addresses: Readonly<Record<Participant, string>> & {
    readonly gateway: string;
    readonly hooks: string;
    readonly relay: string;
    readonly notification: string;
    /** Where mails can be read; undefined where they go to a mail server. */
    readonly mailbox: string | undefined;
    readonly saga: string;
    readonly projection: string;
    /** `host:port` */
    readonly temporal: string;
    readonly temporalUi: string;
    /** As a user who may do everything. */
    readonly databaseAdmin: string;
  };
  /** The absolute path of the data folder. */
  readonly dataDir: string;
  /** Resolves, with the reason, when the system has given up: it is to be stopped then. */
  readonly failure: Promise<EmbeddedSystemError>;
  /** Stops one process and leaves it stopped; without a name all of them, in reverse order, and gives the data folder back. */
  stop(name?: ProcessName): Promise<void>;
  /** Starts a process that was stopped, or that died without being started again. Resolves when it is ready. */
  start(name: ProcessName): Promise<void>;
  restart(name: ProcessName): Promise<void>;
  /** Sends a process a signal. */
  kill(name: ProcessName, signal: NodeJS.Signals): void;
  /** Undefined while the process is not running. */
  pid(name: ProcessName): number | undefined;
}

/**
 * Brings the whole system up on this machine: PostgreSQL and Temporal (unless settings name servers to use), databases, processes.
 * The current folder is the project's, and its code is compiled (`scripts/bootstrap.mjs`). Resolves when every part answers.
 *
 * @throws EmbeddedSystemError, with nothing left running, when some part cannot be started; the signal's reason when that aborts.
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
  // Sagas need participants and nobody else, so what listens to events starts beside the gateway; stopped first is what was added last.
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
