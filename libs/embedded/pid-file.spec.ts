import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { processIdentity } from './process-identity.js';
import { PidFile } from './pid-file.js';

const log = () => {};
let file: string;
beforeEach(() => {
  file = path.join(mkdtempSync(path.join(tmpdir(), 'pid-file-')), 'run.json');
});

const sleeper = () => spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], { stdio: 'ignore' });
const writePidFile = (supervisor: object, processes: object) => writeFileSync(file, JSON.stringify({ supervisor, processes }));

describe('PidFile', () => {
  it('keeps a second one off, naming the pid of the first', async () => {
    await PidFile.claim(file, log);
    await expect(PidFile.claim(file, log)).rejects.toThrow(`already running on ${path.dirname(file)}, as process ${process.pid}`);
  });

  it('can be claimed again when it was released', async () => {
    (await PidFile.claim(file, log)).release();
    expect(existsSync(file)).toBe(false);
    await expect(PidFile.claim(file, log)).resolves.toBeInstanceOf(PidFile);
  });

  it('waits for one that is stopping, says so, and takes the folder as soon as that has ended', async () => {
    const stopping = sleeper();
    const supervisor = { pid: stopping.pid, identity: processIdentity(stopping.pid!) };
    writeFileSync(file, JSON.stringify({ supervisor, stopping: true, processes: {} }));
    const lines: string[] = [];
    const claimed = PidFile.claim(file, (line) => {
      lines.push(line);
      stopping.kill('SIGKILL');
    });
    await expect(claimed).resolves.toBeInstanceOf(PidFile);
    expect(lines).toEqual([`process ${stopping.pid}, which ran here before, is stopping; waiting for it`]);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ supervisor: { pid: process.pid } });
  });

  it('waits no longer once it is to end', async () => {
    (await PidFile.claim(file, log)).stopping();
    const stop = new AbortController();
    await expect(PidFile.claim(file, () => stop.abort(new Error('enough')), stop.signal)).rejects.toThrow('enough');
  });

  it('lists the running processes by name, pid and stop signal', async () => {
    const pidFile = await PidFile.claim(file, log);
    pidFile.add('order', process.pid, 'SIGTERM');
    pidFile.add('customer', process.pid, 'SIGTERM');
    pidFile.remove('order');
    const { processes } = JSON.parse(readFileSync(file, 'utf8')) as { processes: object };
    expect(processes).toEqual({ customer: { pid: process.pid, identity: processIdentity(process.pid), stopSignal: 'SIGTERM' } });
  });

  it('stops what a killed one has left behind, and says so', async () => {
    const leftover = sleeper();
    const gone = new Promise((resolve) => leftover.once('exit', (_code, signal) => resolve(signal)));
    writePidFile(
      { pid: 1, identity: 'another boot' },
      { temporal: { pid: leftover.pid, identity: processIdentity(leftover.pid!), stopSignal: 'SIGINT' } },
    );
    const lines: string[] = [];
    await PidFile.claim(file, (line) => lines.push(line));
    await expect(gone).resolves.toBe('SIGINT');
    expect(lines).toEqual([
      `temporal: still running (pid ${leftover.pid}) after process 1, which started it, had been killed; stopping it`,
    ]);
  });

  it('leaves alone a process that only has the pid of one that was ours', async () => {
    const stranger = sleeper();
    writePidFile(
      { pid: 1, identity: 'another boot' },
      { temporal: { pid: stranger.pid, identity: 'another boot', stopSignal: 'SIGKILL' } },
    );
    await PidFile.claim(file, log);
    expect(processIdentity(stranger.pid!)).toBeDefined();
    stranger.kill('SIGKILL');
  });

  it('is not stopped by a file that was cut short', async () => {
    writeFileSync(file, '{"supervisor": {"pi');
    await PidFile.claim(file, log);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ supervisor: { pid: process.pid } });
  });
});
