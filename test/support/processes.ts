import { readFileSync } from 'node:fs';
import path from 'node:path';
import { eventually } from './api.js';
import { system } from './system.js';

/** The pid of one of the system's processes, as its supervisor recorded it. */
export function pidOf(name: string): number {
  const run = JSON.parse(readFileSync(path.join(system().dataDir, 'run.json'), 'utf8')) as {
    processes: Record<string, { pid: number }>;
  };
  const pid = run.processes[name]?.pid;
  if (pid === undefined) throw new Error(`run.json has no process ${name}`);
  return pid;
}

/** Kills a process the hard way and waits until its supervisor has it back and ready. */
export async function killAndAwaitRestart(name: string, readyz: string): Promise<void> {
  const before = pidOf(name);
  process.kill(before, 'SIGKILL');
  await eventually(
    async () => (pidOf(name) === before ? false : (await fetch(new URL('/readyz', readyz))).ok),
    (ready) => ready,
  );
}
