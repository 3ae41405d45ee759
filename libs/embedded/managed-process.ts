import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Environment } from '../config/settings.js';

/** How long a process may take to stop before it is killed. */
export const STOP_GRACE_MS = 15_000;

export interface ProcessSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole of it: nothing is inherited. */
  readonly environment: Environment;
  /** Whom to run as, when not as the user of this process. */
  readonly account?: { uid: number; gid: number } | undefined;
  /** Whether it is a Node process that loads `exit-with-parent`. */
  readonly exitsWithParent: boolean;
  readonly stopSignal: 'SIGTERM' | 'SIGINT';
  /** Where its output goes; added to, so that the next life does not wipe out why the last one ended. */
  readonly logFile: string;
  /** Where it can be reached, for the progress line. */
  readonly address: string;
  readonly isReady: () => Promise<boolean>;
  readonly readyWithinMs: number;
  /**
   * Whether one that dies before it has ever been ready is started again like any other. If not, the start fails at once, and
   * `explainDeath` says what that means.
   */
  readonly retryFirstStart: boolean;
  readonly explainDeath?: (how: string) => string;
}

/**
 * One life of one process. It leads a process group of its own, so that Ctrl-C in a terminal reaches the supervisor only, which then
 * stops all in order.
 */
export class ManagedProcess {
  /** Resolves when it has ended, with how: `exit code 1`, `SIGKILL`. Never rejects. */
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

  /** Asks it to stop and waits until it has; kills it if that takes longer than 15 s. @returns whether it had to be killed. */
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
