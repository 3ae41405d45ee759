import { readdirSync, readFileSync } from 'node:fs';

const MS_PER_TICK = 10; // USER_HZ is 100 on every Linux that Node runs on

/** CPU time in ms that each named process has used so far, children included. Reads /proc, so Linux only: elsewhere NaN. */
export function cpuTimes(pids: Record<string, number>): Record<string, number> {
  const all = process.platform === 'linux' ? processes() : [];
  const total = (pid: number): number => {
    const own = all.find((candidate) => candidate.pid === pid)?.ms ?? Number.NaN;
    return all.filter((candidate) => candidate.parent === pid).reduce((sum, child) => sum + total(child.pid), own);
  };
  return Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, total(pid)]));
}

function processes(): { pid: number; parent: number; ms: number }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        // The second field is the program's name in parentheses and may hold blanks; count from behind it.
        const fields = readFileSync(`/proc/${name}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
        // Its own time, and that of children that have ended: PostgreSQL's backends come and go.
        const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
        return [{ pid: Number(name), parent: Number(fields[1]), ms: ticks * MS_PER_TICK }];
      } catch {
        return []; // it ended meanwhile
      }
    });
}
