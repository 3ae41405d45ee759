import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { clearPostgresLock } from './postgres.lock.js';

let cluster: string;
let lock: string;
beforeEach(() => {
  cluster = mkdtempSync(path.join(tmpdir(), 'cluster-'));
  lock = path.join(cluster, 'postmaster.pid');
});

const refuseToLog = (line: string) => expect.fail(`nothing was to be said, and this was: ${line}`);

describe('clearPostgresLock', () => {
  it('has nothing to do where there is no lock', async () => {
    await expect(clearPostgresLock(cluster, refuseToLog)).resolves.toBeUndefined();
  });

  it('removes a lock whose pid belongs to some other program by now', async () => {
    writeFileSync(lock, `${process.pid}\n${cluster}\n`);
    await clearPostgresLock(cluster, refuseToLog);
    expect(existsSync(lock)).toBe(false);
  });

  it('leaves a lock of a process that is gone to PostgreSQL, which looks for orphans of it', async () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    writeFileSync(lock, `${pid}\n${cluster}\n`);
    await clearPostgresLock(cluster, refuseToLog);
    expect(existsSync(lock)).toBe(true);
  });

  it('removes a lock that says nothing', async () => {
    writeFileSync(lock, '');
    await clearPostgresLock(cluster, refuseToLog);
    expect(existsSync(lock)).toBe(false);
  });
});
