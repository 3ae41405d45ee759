import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { EmbeddedSystemError } from './embedded-system.error.js';
import { processIdentity } from './process-identity.js';
import { waitUntil } from './wait-until.js';

/** How long a leftover process may take to stop before it is killed. */
const GRACE_MS = 15_000;
/** How long a start waits for a stopping system. Its processes stop one after the other. */
const STOPPING_MS = 120_000;

interface RecordedProcess {
  pid: number;
  /** From `processIdentity`, because the pid may belong to another process by now. */
  identity?: string | undefined;
}

interface Contents {
  supervisor: RecordedProcess;
  /** Whether the supervisor is stopping. */
  stopping?: true;
  /** By name, in start order. */
  processes: Record<string, RecordedProcess & { stopSignal: NodeJS.Signals }>;
}

/**
 * `run.json`: the supervisor of a data folder and its processes. It prevents a second start on the folder. After a kill the next start
 * reads from it which processes are left over.
 */
export class PidFile {
  readonly #contents: Contents = { supervisor: { pid: process.pid, identity: processIdentity(process.pid) }, processes: {} };

  private constructor(private readonly file: string) {}

  /**
   * Takes the data folder for this process. Waits for a stopping system first, and stops the leftover processes of a killed one.
   *
   * @throws EmbeddedSystemError with the pid if another system runs on the folder; the signal's reason if it aborts.
   */
  static async claim(file: string, log: (line: string) => void, signal?: AbortSignal): Promise<PidFile> {
    const pidFile = new PidFile(file);
    mkdirSync(path.dirname(file), { recursive: true });
    for (;;) {
      try {
        writeFileSync(file, pidFile.#text(), { flag: 'wx' });
        return pidFile;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const before = read(file);
      if (before?.stopping && isRunning(before.supervisor) && (await hasEnded(before.supervisor, log, signal))) continue;
      if (before && isRunning(before.supervisor)) throw new EmbeddedSystemError(alreadyRunning(before.supervisor.pid, file));
      if (before) await stopLeftovers(before, log);
      rmSync(file, { force: true });
    }
  }

  add(name: string, pid: number, stopSignal: NodeJS.Signals): void {
    this.#contents.processes[name] = { pid, identity: processIdentity(pid), stopSignal };
    this.#write();
  }

  remove(name: string): void {
    delete this.#contents.processes[name];
    this.#write();
  }

  /** Lets another start wait for the end of this system. */
  stopping(): void {
    this.#contents.stopping = true;
    this.#write();
  }

  /** Releases the data folder. Call it when every process has stopped. */
  release(): void {
    rmSync(this.file, { force: true });
  }

  #write(): void {
    try {
      // The rename is atomic, so that no reader sees half of the file.
      writeFileSync(`${this.file}.new`, this.#text());
      renameSync(`${this.file}.new`, this.file);
    } catch {
      // A full disk or a deleted folder must not stop the processes: the file only helps after a kill.
    }
  }

  #text(): string {
    return `${JSON.stringify(this.#contents, undefined, 2)}\n`;
  }
}

function read(file: string): Contents | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Contents;
  } catch {
    return undefined; // deleted meanwhile, or cut short by a full disk
  }
}

const isRunning = ({ pid, identity }: RecordedProcess): boolean => identity !== undefined && processIdentity(pid) === identity;

async function hasEnded(supervisor: RecordedProcess, log: (line: string) => void, signal?: AbortSignal): Promise<boolean> {
  log(`process ${supervisor.pid}, which ran here before, is stopping; waiting for it`);
  const ended = await waitUntil(() => signal?.aborted || !isRunning(supervisor), { withinMs: STOPPING_MS });
  signal?.throwIfAborted();
  return ended;
}

const alreadyRunning = (pid: number, file: string): string =>
  `Roundtrip is already running on ${path.dirname(file)}, as process ${pid}. Stop that one first (kill ${pid}), or give this one other ports ` +
  'and a DATA_DIR of its own.';

async function stopLeftovers({ supervisor, processes }: Contents, log: (line: string) => void): Promise<void> {
  for (const [name, leftover] of Object.entries(processes).toReversed()) {
    if (!isRunning(leftover)) continue;
    log(
      `${name}: still running (pid ${leftover.pid}) after process ${supervisor.pid}, which started it, had been killed; stopping it`,
    );
    signal(leftover.pid, leftover.stopSignal);
    if (await waitUntil(() => !isRunning(leftover), { withinMs: GRACE_MS })) continue;
    log(`${name}: did not stop within ${GRACE_MS / 1000} s; killing it`);
    signal(leftover.pid, 'SIGKILL');
    await waitUntil(() => !isRunning(leftover), { withinMs: GRACE_MS });
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // it has ended meanwhile
  }
}
