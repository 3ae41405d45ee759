import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * Distinguishes a process from a later one with the same pid by its start time. (Its command line would not: a process may
 * rewrite it, and the next one may be the same program.)
 *
 * @returns undefined if no such process is running, or if this platform has no such information.
 */
export function processIdentity(pid: number): string | undefined {
  try {
    return process.platform === 'linux' ? fromProc(pid) : fromPs(pid);
  } catch {
    return undefined;
  }
}

function fromProc(pid: number): string | undefined {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name in brackets may hold anything, so count from behind it: state is the 3rd field of the line, start time the 22nd.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const dead = fields[0] === 'Z' || fields[0] === 'X'; // ended, and its parent has not asked how
  return dead ? undefined : `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}:${fields[19]}`;
}

function fromPs(pid: number): string | undefined {
  const answer = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [state = '', ...started] = answer.trim().split(/\s+/);
  return state.startsWith('Z') ? undefined : started.join(' ') || undefined;
}
