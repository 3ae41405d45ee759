import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Environment } from '../config/settings.js';

/** How long a process may take to stop before it is killed. */
export const STOP_GRACE_MS = 15_000;

/** Asks a process that is ready, again and again. After so many failures in a row it is killed, so that it is restarted. */
export interface Watchdog {
  readonly everyMs: number;
  readonly failures: number;
  /** Must settle. */
  readonly answers: () => Promise<boolean>;
}

export interface ProcessSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Complete: nothing is inherited. */
  readonly environment: Environment;
  /** The account to run as. Default: the user of this process. */
  readonly account?: { uid: number; gid: number } | undefined;
  /** For a process that may stop answering without ending. Default: only its end is noticed. */
  readonly watchdog?: Watchdog;
  /** Whether it is a Node process that loads `exit-with-parent`. */
  readonly exitsWithParent: boolean;
  readonly stopSignal: 'SIGTERM' | 'SIGINT';
  /** Its output is appended, so that a restart keeps the reason of the last death. */
  readonly logFile: string;
  /** Its address, for the log line. */
  readonly address: string;
  readonly isReady: () => Promise<boolean>;
  readonly readyWithinMs: number;
  /**
   * Whether it is restarted if it dies before it was ever ready. If not, the start fails at once with the message of `explainDeath`.
   */
  readonly retryFirstStart: boolean;
  readonly explainDeath?: (how: string) => string;
}

/**
 * One life of one process. It leads its own process group, so that Ctrl-C in a terminal reaches only the supervisor, which then stops all
 * processes in order.
 */
export class ManagedProcess {
  /** Resolves at its end with the cause: `exit code 1`, `SIGKILL`. Never rejects. */
  readonly exited: Promise<string>;
  readonly #child: ChildProcess;
  #ended = false;

  constructor(private readonly spec: ProcessSpec) {
    const log = openSync(spec.logFile, 'a');
    try {
      this.#child = spawn(spec.command, spec.args, {
        cwd: spec.cwd,
        env: spec.environment,
        detached: true,
        stdio: spec.exitsWithParent ? ['ignore', log, log, 'ipc'] : ['ignore', log, log],
        ...spec.account,
      });
    } finally {
      closeSync(log);
    }
    this.exited = new Promise((resolve) => {
      const end = (how: string) => {
        this.#ended = true;
        resolve(how);
      };
      this.#child.once('error', (error) => {
        if (this.#child.pid === undefined) end(`could not be started: ${error.message}`);
      });
      this.#child.once('exit', (code, signal) => end(signal ?? `exit code ${code}`));
    });
  }

  get pid(): number | undefined {
    return this.#ended ? undefined : this.#child.pid;
  }

  kill(signal: NodeJS.Signals): void {
    if (!this.#ended) this.#child.kill(signal);
  }

  /** Sends the stop signal and waits for the end. Kills the process after 15 s. @returns whether it was killed. */
  async stop(): Promise<boolean> {
    this.kill(this.spec.stopSignal);
    const patience = new AbortController();
    const tooLong = delay(STOP_GRACE_MS, true, { signal: patience.signal }).catch(() => false);
    const killed = await Promise.race([this.exited.then(() => false), tooLong]);
    patience.abort();
    if (killed) this.kill('SIGKILL');
    await this.exited;
    return killed;
  }
}
