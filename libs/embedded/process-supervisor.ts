import { setTimeout as delay } from 'node:timers/promises';
import { EmbeddedSystemError } from './embedded-system.error.js';
import { rotateLog, tailOfLog } from './log-file.js';
import { ManagedProcess, type ProcessSpec, STOP_GRACE_MS } from './managed-process.js';
import type { PidFile } from './pid-file.js';
import { waitUntil } from './wait-until.js';

const DEATHS_ALLOWED = 5;
const DEATHS_COUNT_FOR_MS = 60_000;
/** Pause before the second attempt. It doubles for each further one, so that a dependency can recover. */
const FIRST_PAUSE_MS = 100;

interface Entry {
  readonly spec: ProcessSpec;
  /** Whether it should be running. If so, its death is unexpected. */
  wanted: boolean;
  life?: ManagedProcess;
  /** Times of its unexpected deaths, as `performance.now()` gave them. */
  deaths: number[];
  hasBeenReady: boolean;
  /** Ends when the process is left stopped. */
  loop: Promise<void>;
}

export interface SupervisorOptions {
  log: (line: string) => void;
  pidFile: PidFile;
  /** Whether a process that dies is started again. */
  autoRestart: boolean;
}

/**
 * Keeps processes running. A process that dies is restarted, with a log line. One that its watchdog finds stuck is killed first. If a process dies 5 times within a minute, or is not ready
 * in time at its first start, `failure` resolves. The caller should then call `stopAll`.
 */
export class ProcessSupervisor {
  /** Resolves with the reason and the tail of the log when a process has failed for good. */
  readonly failure: Promise<EmbeddedSystemError>;
  readonly #entries = new Map<string, Entry>();
  readonly #log: (line: string) => void;
  readonly #pidFile: PidFile;
  readonly #autoRestart: boolean;
  #fail!: (error: EmbeddedSystemError) => void;

  constructor({ log, pidFile, autoRestart }: SupervisorOptions) {
    this.#log = log;
    this.#pidFile = pidFile;
    this.#autoRestart = autoRestart;
    this.failure = new Promise((resolve) => {
      this.#fail = resolve;
    });
  }

  /**
   * Starts a process, which stops after all later ones. Resolves when it is ready.
   *
   * @throws EmbeddedSystemError if it does not become ready; the signal's reason if it aborts (the process may be running then).
   */
  async add(spec: ProcessSpec, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    rotateLog(spec.logFile);
    this.#entries.set(spec.name, { spec, wanted: false, deaths: [], hasBeenReady: false, loop: Promise.resolve() });
    await this.start(spec.name, signal);
  }

  /** Starts a process that was stopped. Resolves when it is ready. @throws as `add` does. */
  async start(name: string, signal?: AbortSignal): Promise<void> {
    const entry = this.#entry(name);
    if (entry.wanted) throw new Error(`${name} is already running`);
    entry.wanted = true;
    entry.deaths = [];
    const settled = new AbortController();
    const ready = new Promise<void>((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason as Error), { signal: settled.signal });
      void this.failure.then(reject);
      entry.loop = this.#keepRunning(entry, resolve, reject).catch((error: Error) => {
        entry.wanted = false;
        this.#fail(new EmbeddedSystemError(`${name} could not be started: ${error.message}`, { cause: error }));
      });
    });
    await ready.finally(() => settled.abort());
  }

  /** Stops a process for good. Resolves when it has ended. */
  async stop(name: string): Promise<void> {
    const entry = this.#entry(name);
    entry.wanted = false;
    if (await entry.life?.stop()) this.#log(`${name}: did not stop within ${STOP_GRACE_MS / 1000} s and was killed`);
    await entry.loop;
  }

  async restart(name: string): Promise<void> {
    await this.stop(name);
    await this.start(name);
  }

  /** Sends a process a signal. A death by the signal counts like any other. */
  kill(name: string, signal: NodeJS.Signals): void {
    this.#entry(name).life?.kill(signal);
  }

  /** The pid of a process, undefined while it is not running. */
  pid(name: string): number | undefined {
    return this.#entry(name).life?.pid;
  }

  /** Stops all processes in reverse order. May be called during a start, and again. */
  async stopAll(): Promise<void> {
    for (const { wanted, spec } of [...this.#entries.values()].toReversed()) {
      await this.stop(spec.name);
      if (wanted) this.#log(`${spec.name}: stopped`);
    }
  }

  #entry(name: string): Entry {
    const entry = this.#entries.get(name);
    if (!entry) throw new Error(`There is no process ${name}; there are: ${[...this.#entries.keys()].join(', ')}`);
    return entry;
  }

  async #keepRunning(entry: Entry, ready: () => void, gone: (error: Error) => void): Promise<void> {
    const { spec } = entry;
    while (entry.wanted) {
      const life = new ManagedProcess(spec);
      entry.life = life;
      if (life.pid !== undefined) this.#pidFile.add(spec.name, life.pid, spec.stopSignal);
      void this.#begin(entry, life, ready);
      const how = await life.exited;
      this.#pidFile.remove(spec.name);
      if (!entry.wanted) break;
      await this.#afterDeath(entry, how);
    }
    gone(new Error(`${spec.name} was stopped before it was ready`)); // has no effect if it was ready before
  }

  async #begin(entry: Entry, life: ManagedProcess, ready: () => void): Promise<void> {
    if (!(await this.#awaitReadiness(entry, life))) return;
    ready();
    await this.#watch(entry, life);
  }

  async #awaitReadiness(entry: Entry, life: ManagedProcess, startedAt = performance.now()): Promise<boolean> {
    const { name, address, readyWithinMs, isReady, logFile } = entry.spec;
    const settled = await waitUntil(async () => life.pid === undefined || (await isReady()), { withinMs: readyWithinMs });
    if (life.pid === undefined) return false;
    if (!settled && entry.hasBeenReady) {
      // A dependency may be unavailable, too. The other processes keep running.
      this.#log(`${name}: is running but not ready after ${readyWithinMs / 1000} s; waiting for it`);
      return this.#awaitReadiness(entry, life, startedAt);
    }
    if (!settled) {
      this.#fail(
        new EmbeddedSystemError(withLog(`${name} is running but was not ready within ${readyWithinMs / 1000} s.`, logFile)),
      );
      return false;
    }
    const took = `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
    this.#log(entry.hasBeenReady ? `${name}: back after ${took} (pid ${life.pid})` : `${name}: ready on ${address} in ${took}`);
    entry.hasBeenReady = true;
    return true;
  }

  /** Ends with the process. */
  async #watch({ spec }: Entry, life: ManagedProcess): Promise<void> {
    if (!spec.watchdog || !this.#autoRestart) return;
    const { everyMs, failures, answers } = spec.watchdog;
    for (let failed = 0; failed < failures; failed = (await answers()) ? 0 : failed + 1) {
      await delay(everyMs, undefined, { ref: false });
      if (life.pid === undefined) return;
    }
    if (life.pid === undefined) return;
    this.#log(`${spec.name}: is running but gave no answer ${failures} times in a row, every ${everyMs / 1000} s; killing it`);
    life.kill('SIGKILL');
  }

  async #afterDeath(entry: Entry, how: string): Promise<void> {
    const { name, logFile, explainDeath, retryFirstStart } = entry.spec;
    const now = performance.now();
    entry.deaths = [...entry.deaths.filter((death) => now - death < DEATHS_COUNT_FOR_MS), now];
    const deaths = entry.deaths.length;
    if (!entry.hasBeenReady && !retryFirstStart) {
      entry.wanted = false;
      this.#fail(new EmbeddedSystemError(withLog(explainDeath?.(how) ?? `${name} ended (${how}).`, logFile)));
    } else if (!this.#autoRestart) {
      entry.wanted = false;
      this.#log(`${name}: died (${how})`);
    } else if (deaths >= DEATHS_ALLOWED) {
      entry.wanted = false;
      this.#log(`${name}: died (${how})`);
      this.#fail(
        new EmbeddedSystemError(
          withLog(`${name} died ${deaths} times within a minute, the last time with ${how}; giving up.`, logFile),
        ),
      );
    } else {
      this.#log(`${name}: died (${how}); starting it again (death ${deaths} of ${DEATHS_ALLOWED} within a minute)`);
      if (deaths > 1) await delay(FIRST_PAUSE_MS * 2 ** (deaths - 2));
    }
  }
}

function withLog(message: string, logFile: string): string {
  const tail = tailOfLog(logFile);
  return tail ? `${message}\nThe end of ${logFile}:\n${tail}` : `${message}\nIt has written nothing to ${logFile}.`;
}
