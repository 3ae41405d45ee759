import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ProcessSpec } from './managed-process.js';
import { ProcessSupervisor } from './process-supervisor.js';
import { PidFile } from './pid-file.js';

let folder: string;
let lines: string[];
let supervisor: ProcessSupervisor;

/** A process that says when it is up, and writes a line into `order` when it is stopped. */
const LIVES = `
  const fs = require('node:fs');
  process.on('SIGTERM', () => { fs.appendFileSync('order', process.env.NAME + '\\n'); process.exit(0); });
  fs.writeFileSync('up-' + process.env.NAME, String(process.pid));
  setInterval(() => {}, 1e6);`;

function spec(name: string, program = LIVES, changes: Partial<ProcessSpec> = {}): ProcessSpec {
  const up = path.join(folder, `up-${name}`);
  return {
    name,
    command: process.execPath,
    args: ['-e', program],
    cwd: folder,
    environment: { NAME: name },
    exitsWithParent: false,
    stopSignal: 'SIGTERM',
    logFile: path.join(folder, `${name}.log`),
    address: 'here',
    isReady: async () => existsSync(up) && Number(readFileSync(up, 'utf8')) === supervisor.pid(name),
    readyWithinMs: 20_000,
    retryFirstStart: true,
    ...changes,
  };
}

async function supervise(autoRestart = true): Promise<void> {
  const pidFile = await PidFile.claim(path.join(folder, 'run.json'), () => {});
  supervisor = new ProcessSupervisor({ log: (line) => lines.push(line), pidFile, autoRestart });
}

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'supervisor-'));
  lines = [];
  await supervise();
});
afterEach(() => supervisor.stopAll());

const line = (pattern: RegExp) =>
  vi.waitFor(() => expect(lines).toContainEqual(expect.stringMatching(pattern)), { timeout: 20_000 });

describe('ProcessSupervisor', () => {
  it('resolves when the process is ready, and says where it is', async () => {
    await supervisor.add(spec('a'));
    expect(existsSync(path.join(folder, 'up-a'))).toBe(true);
    expect(lines).toEqual([expect.stringMatching(/^a: ready on here in \d+\.\d s$/)]);
  });

  it('stops in reverse order', async () => {
    await Promise.all(['a', 'b', 'c'].map((name) => supervisor.add(spec(name))));
    await supervisor.stopAll();
    expect(readFileSync(path.join(folder, 'order'), 'utf8')).toBe('c\nb\na\n');
    expect(supervisor.pid('a')).toBeUndefined();
  });

  it('starts a process again that dies, and says so', async () => {
    await supervisor.add(spec('a'));
    const before = supervisor.pid('a');
    supervisor.kill('a', 'SIGKILL');
    await line(/^a: died \(SIGKILL\); starting it again/);
    await line(/^a: back after/);
    expect(supervisor.pid('a')).not.toBe(before);
  });

  it('kills a process that its watchdog finds stuck, and starts it again', async () => {
    const answers = [true, false, true, false, false];
    const asked: number[] = [];
    const watchdog = {
      everyMs: 1,
      failures: 2,
      answers: async () => {
        asked.push(supervisor.pid('a')!);
        return answers.shift() ?? true;
      },
    };
    await supervisor.add(spec('a', LIVES, { watchdog }));
    const before = supervisor.pid('a');
    await line(/^a: is running but gave no answer 2 times in a row, every 0.001 s; killing it$/);
    await line(/^a: died \(SIGKILL\); starting it again \(death 1 of 5 within a minute\)$/);
    await line(/^a: back after/);
    await vi.waitFor(() => expect(asked.length).toBeGreaterThan(5));
    expect(asked.filter((pid) => pid === before)).toHaveLength(5);
  });

  it('gives up when a process dies 5 times within a minute, with the end of its log', async () => {
    const dies = `console.log('I cannot'); process.exit(3)`;
    await expect(supervisor.add(spec('a', dies))).rejects.toThrow(
      /a died 5 times within a minute, the last time with exit code 3; giving up/,
    );
    const failure = await supervisor.failure;
    expect(failure.message.match(/I cannot/g)).toHaveLength(5);
    expect(lines.filter((each) => each.includes('starting it again'))).toHaveLength(4);
  });

  it('fails at once when a server dies before it was ever ready', async () => {
    const dies = `console.log('disk broken'); process.exit(1)`;
    const server = spec('a', dies, { retryFirstStart: false, explainDeath: (how) => `The server ended (${how}).` });
    await expect(supervisor.add(server)).rejects.toThrow(
      /^The server ended \(exit code 1\)\.\nThe end of .*a\.log:\ndisk broken$/,
    );
  });

  it('fails with what the system says when there is no such program', async () => {
    await expect(supervisor.add(spec('a', '', { command: '/nowhere', retryFirstStart: false }))).rejects.toThrow(/ENOENT/);
  });

  it('gives up on a process that runs but does not become ready in time', async () => {
    const never = spec('a', LIVES, { isReady: async () => false, readyWithinMs: 1 });
    await expect(supervisor.add(never)).rejects.toThrow('a is running but was not ready within 0.001 s');
  });

  it('waits for a process that was ready before, however long that takes', async () => {
    let isReady = true;
    const slow = spec('a', LIVES, { isReady: async () => isReady, readyWithinMs: 100 });
    await supervisor.add(slow);
    isReady = false;
    supervisor.kill('a', 'SIGKILL');
    await line(/^a: is running but not ready after 0.1 s; waiting for it$/);
    isReady = true;
    await line(/^a: back after/);
    expect(supervisor.pid('a')).toBeDefined();
  });

  it('does not restart a dead process without autoRestart, until it is started by hand', async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'supervisor-'));
    await supervise(false);
    await supervisor.add(spec('a'));
    supervisor.kill('a', 'SIGKILL');
    await line(/^a: died \(SIGKILL\)$/);
    expect(supervisor.pid('a')).toBeUndefined();
    await supervisor.start('a');
    expect(supervisor.pid('a')).toBeDefined();
  });

  it('restarts a process on demand without counting that as a death', async () => {
    await supervisor.add(spec('a'));
    const before = supervisor.pid('a');
    await supervisor.restart('a');
    expect(supervisor.pid('a')).not.toBe(before);
    expect(lines.join()).not.toContain('died');
  });

  it('can be stopped in the middle of a start', async () => {
    const stop = new AbortController();
    const start = supervisor.add(spec('a', LIVES, { isReady: async () => false }), stop.signal);
    await vi.waitFor(() => expect(supervisor.pid('a')).toBeDefined());
    stop.abort(new Error('enough'));
    await expect(start).rejects.toThrow('enough');
    await supervisor.stopAll();
    expect(supervisor.pid('a')).toBeUndefined();
  });

  it('keeps the log of the last start beside that of this one', async () => {
    writeFileSync(path.join(folder, 'a.log'), 'of the last start');
    await supervisor.add(spec('a'));
    expect(readFileSync(path.join(folder, 'a.log.previous'), 'utf8')).toBe('of the last start');
    expect(readFileSync(path.join(folder, 'a.log'), 'utf8')).toBe('');
  });
});
