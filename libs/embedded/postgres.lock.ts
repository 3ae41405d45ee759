import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { processIdentity } from './process-identity.js';
import { waitUntil } from './wait-until.js';

const SHUTDOWN_MS = 15_000;

/**
 * Makes sure that no `postmaster.pid` of a server that was killed keeps the next one from starting. PostgreSQL recognises a stale one
 * itself unless its pid belongs to another program by now (common in containers, where pids start again at 1). A server that
 * really is still running on the folder is stopped.
 */
export async function clearPostgresLock(cluster: string, log: (line: string) => void): Promise<void> {
  const lock = path.join(cluster, 'postmaster.pid');
  if (!existsSync(lock)) return;
  const pid = Number(readFileSync(lock, 'utf8').split('\n')[0]);
  if (!Number.isInteger(pid) || pid <= 0) return rmSync(lock);
  if (processIdentity(pid) === undefined) return; // no such process: PostgreSQL sees that, and checks for orphans of it, too
  if (!commandLineOf(pid).includes(cluster)) return rmSync(lock);
  log(`postgres: another server (pid ${pid}) is still running on ${cluster}; stopping it`);
  process.kill(pid, 'SIGINT');
  await waitUntil(() => processIdentity(pid) === undefined, { withinMs: SHUTDOWN_MS });
}

function commandLineOf(pid: number): string {
  if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  return execFileSync('ps', ['-ww', '-o', 'args=', '-p', String(pid)], { encoding: 'utf8' });
}
