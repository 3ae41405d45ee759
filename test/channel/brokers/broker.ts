import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { givenEnvironment } from '../../../libs/config/settings.js';
import { listensOn } from '../../../libs/embedded/tcp-probe.js';
import { waitUntil } from '../../../libs/embedded/wait-until.js';

/** The folder that keeps brokers between runs. */
export const brokerCache = path.join(givenEnvironment()['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache'), 'roundtrip');

export interface RunningBroker {
  port: number;
  /** Sends its process a signal that does not end it. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void;
  stop(): Promise<void>;
}

/** A broker that the tests need cannot be had on this machine. */
export class BrokerUnavailable extends Error {}

/** A broker, or the reason why this machine has none. The reason is printed, so that a skipped suite does not look like a passed one. */
export async function brokerOrReason(name: string, start: () => Promise<RunningBroker>): Promise<RunningBroker | string> {
  try {
    return await start();
  } catch (error) {
    if (!(error instanceof BrokerUnavailable)) throw error;
    process.stderr.write(`not run here: whatever needs ${name}: ${error.message}\n`);
    return error.message;
  }
}

const READY_WITHIN_MS = 60_000;

/** Starts a broker with a folder of its own, which goes when it stops. Resolves when its port answers. */
export async function startBroker(
  name: string,
  port: number,
  command: (folder: string) => Promise<{ file: string; args: string[] }>,
): Promise<RunningBroker> {
  const folder = mkdtempSync(path.join(tmpdir(), `roundtrip-${name}-`));
  const { file, args } = await command(folder);
  const child: ChildProcess = spawn(file, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = createWriteStream(path.join(folder, 'output.log'));
  let last = '';
  for (const stream of [child.stdout!, child.stderr!])
    stream.on('data', (chunk: Buffer) => {
      last = (last + chunk.toString()).slice(-2_000);
      output.write(chunk);
    });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let ended = false;
  void exited.then(() => (ended = true));
  const killed = (): void => void child.kill('SIGKILL');
  process.once('exit', killed);
  const stop = async () => {
    child.kill('SIGTERM');
    await Promise.race([exited, new Promise((resolve) => setTimeout(resolve, 10_000).unref())]);
    child.kill('SIGKILL');
    await exited;
    process.off('exit', killed);
    output.end();
    rmSync(folder, { recursive: true, force: true });
  };
  const ready = await waitUntil(async () => ended || (await listensOn('127.0.0.1', port)), { withinMs: READY_WITHIN_MS });
  if (!ready || ended) {
    await stop();
    throw new Error(`${name} did not come up on port ${port}: ${last}`);
  }
  return { port, stop, signal: (signal) => void child.kill(signal) };
}
