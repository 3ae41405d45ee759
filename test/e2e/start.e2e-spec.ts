import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { givenEnvironment } from '../../libs/config/settings.js';
import { freePort } from '../../libs/embedded/free-port.js';
import { whyNotFree } from '../../libs/embedded/port-check.js';
import { embeddedPostgresUrl } from '../../libs/embedded/postgres.server.js';
import { processIdentity } from '../../libs/embedded/process-identity.js';
import { listenerProcesses, participantProcesses } from '../../libs/embedded/processes.js';
import { waitUntil } from '../../libs/embedded/wait-until.js';

/** A running command with its output and signals, as a person at a terminal has it. */
class Command {
  readonly lines: string[] = [];
  readonly exitCode: Promise<number | string>;
  readonly #child: ChildProcess;
  readonly #listeners = new Set<() => void>();
  #ended = false;

  constructor(args: string[], environment: Record<string, string>) {
    // In a group of its own, like a job of a shell.
    this.#child = spawn('npm', args, {
      env: { ...givenEnvironment(), ...environment },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout!, this.#child.stderr!]) {
      createInterface(stream).on('line', (line) => {
        this.lines.push(line);
        for (const listener of this.#listeners) listener();
      });
    }
    this.exitCode = new Promise((resolve) => {
      this.#child.once('close', (code, signal) => {
        this.#ended = true;
        for (const listener of this.#listeners) listener();
        resolve(code ?? signal ?? 'neither code nor signal');
      });
    });
  }

  get output(): string {
    return this.lines.join('\n');
  }

  get running(): boolean {
    return !this.#ended;
  }

  /**
   * Waits until npm and every process with its output have ended after a signal. If a shell runs between npm and the system, the signal
   * ends the shell and npm. Otherwise npm ends with 0.
   *
   * @returns the system's last line.
   */
  async endedBy(signal: NodeJS.Signals): Promise<string | undefined> {
    expect([0, signal]).toContain(await this.exitCode);
    return this.lines.at(-1);
  }

  /** The `nth` line that matches, as soon as it is there. */
  line(pattern: RegExp, nth = 1): Promise<string> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = this.lines.filter((line) => pattern.test(line))[nth - 1];
        if (found === undefined && !this.#ended) return;
        this.#listeners.delete(look);
        if (found === undefined) reject(new Error(`it ended without a line ${pattern}:\n${this.output}`));
        else resolve(found);
      };
      this.#listeners.add(look);
      look();
    });
  }

  /** To npm alone, as `kill` does. */
  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** To npm and all that share its terminal, as Ctrl-C does. */
  interrupt(): void {
    process.kill(-this.#child.pid!, 'SIGINT');
  }
}

interface Run {
  supervisor: { pid: number };
  processes: Record<string, { pid: number }>;
}

const inPattern = (text: string) => text.replaceAll(/[?.+*()[\]{}|^$\\]/g, '\\$&');

/** The processes besides the gateway. */
const apps = [...participantProcesses, ...listenerProcesses];
const place = (setting: string, port: number | undefined) =>
  setting.endsWith('_URL') ? `http://127.0.0.1:${port}` : String(port);

/** In the order in which they start. */
const names = ['postgres', 'temporal', ...apps.map(({ name }) => name), 'gateway'];

describe('npm start', () => {
  // Characters that mean something in a URL or to a shell, and some that are not ASCII.
  const dataDir = mkdtempSync(path.join(tmpdir(), "roundtrip start ?a#b%41&'ü-"));
  const ports: number[] = [];
  let environment: Record<string, string>;
  let gateway: string;
  let current: Command | undefined;

  beforeAll(async () => {
    for (let each = 0; each < 4 + apps.length; each++) ports.push(await freePort());
    const [api, postgres, temporal, ui, ...others] = ports;
    gateway = `http://127.0.0.1:${api}`;
    environment = {
      DATA_DIR: dataDir,
      DATABASE_URL: '', // of its own, whatever the machine that tests has set
      TEMPORAL_ADDRESS: '',
      PORT: String(api),
      ...Object.fromEntries(apps.map(({ listensOn }, index) => [listensOn, place(listensOn, others[index])])),
      EMBEDDED_POSTGRES_PORT: String(postgres),
      EMBEDDED_TEMPORAL_PORT: String(temporal),
      EMBEDDED_TEMPORAL_UI_PORT: String(ui),
      // Meant for other programs; each would keep our connections from being made.
      ...Object.fromEntries(
        ['http_proxy', 'https_proxy', 'HTTP_PROXY', 'grpc_proxy'].map((name) => [name, 'http://127.0.0.1:9']),
      ),
      NODE_USE_ENV_PROXY: '1',
      NO_PROXY: 'example.test',
      PGHOST: 'nowhere.invalid',
      PGSSLMODE: 'require',
      PGOPTIONS: '-c search_path=nowhere',
    };
  });

  let lent = false;
  /** The last of a test that leaves a system as the next one may find it: a start costs a quarter of a minute. */
  const lendToNext = () => (lent = true);
  const stopped = async () => {
    if (!current?.running) return;
    current.kill('SIGTERM');
    await current.exitCode;
  };
  /** Stops everything after each test, also after a failure. */
  afterEach(async () => {
    if (!lent) await stopped();
    lent = false;
  });
  afterAll(async () => {
    await stopped();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const npm = (args: string[], changes: Record<string, string> = {}) => new Command(args, { ...environment, ...changes });
  const start = (changes?: Record<string, string>) => (current = npm(['start'], changes));
  async function startUntilReady(): Promise<Command> {
    const command = start();
    await command.line(/^ready /);
    return command;
  }
  /** The one that the test before has lent, else a new one. */
  const running = async () => (current?.running ? current : startUntilReady());
  const run = () => JSON.parse(readFileSync(path.join(dataDir, 'run.json'), 'utf8')) as Run;
  const pids = () => [run().supervisor, ...Object.values(run().processes)].map(({ pid }) => pid);
  const alive = (each: number[]) => each.filter((pid) => processIdentity(pid) !== undefined);

  async function expectNothingLeft(before: number[]): Promise<void> {
    expect(alive(before)).toEqual([]);
    for (const port of ports) expect(await whyNotFree('127.0.0.1', port), `port ${port}`).toBeUndefined();
    expect(existsSync(path.join(dataDir, 'run.json'))).toBe(false);
  }

  async function placeOrder(): Promise<{ orderId: string; sagaId: string }> {
    const customers = (await (await fetch(`${gateway}/v1/customers`)).json()) as { items: { customerId: string }[] };
    const response = await fetch(`${gateway}/v1/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', prefer: 'wait=20' },
      body: JSON.stringify({ customerId: customers.items[0]?.customerId, lines: [{ sku: 'SKU-TOKEN', quantity: 1 }] }),
    });
    expect(response.status, await response.clone().text()).toBeLessThan(300);
    return (await response.json()) as { orderId: string; sagaId: string };
  }

  it('prints every address when ready, stops in order on SIGTERM to npm, and continues with its data', async () => {
    const first = await startUntilReady();
    const ready = await first.line(/^ready /);
    for (const port of ports.slice(0, 4)) expect(ready).toContain(`127.0.0.1:${port}`);
    expect(Object.keys(run().processes)).toEqual(names);
    expect(readdirSync(dataDir)).toEqual(expect.arrayContaining(['postgres', 'temporal.db']));
    const [, mailbox] = /mailbox (http:\S+\/mailbox)/.exec(ready) ?? [];
    expect((await fetch(mailbox!)).status).toBe(200);
    const { orderId, sagaId } = await placeOrder();

    const before = pids();
    first.kill('SIGTERM');
    await expect(first.endedBy('SIGTERM')).resolves.toBe('stopped');
    await expectNothingLeft(before);
    const stopped = first.lines.filter((line) => line.endsWith(': stopped'));
    expect(stopped).toEqual(names.toReversed().map((name) => `${name}: stopped`));

    await startUntilReady();
    for (const path of [`/v1/orders/${orderId}`, `/v1/sagas/${encodeURIComponent(sagaId)}`]) {
      expect((await fetch(`${gateway}${path}`)).status, path).toBe(200);
    }
    lendToNext();
  });

  it('refuses to run, and to delete data, beside one that is running, and names that one', async () => {
    await running();
    const { pid } = run().supervisor;
    for (const args of [['start'], ['run', 'reset']]) {
      const second = npm(args);
      await expect(second.exitCode).resolves.toBe(1);
      expect(second.output).toContain(`already running on ${dataDir}, as process ${pid}`);
    }
    expect((await fetch(`${gateway}/readyz`)).status).toBe(200);
    lendToNext();
  });

  it('waits for one that is stopping, and then starts', async () => {
    const first = await running();
    const { pid } = run().supervisor;
    first.kill('SIGTERM');
    await first.line(/: stopped$/);
    process.kill(pid, 'SIGSTOP'); // holds it there until the other one has seen it
    const second = start();
    await second.line(new RegExp(`^process ${pid}, which ran here before, is stopping; waiting for it`)).finally(() => {
      process.kill(pid, 'SIGCONT');
    });
    await expect(first.endedBy('SIGTERM')).resolves.toBe('stopped');
    await second.line(/^ready /);
    lendToNext();
  });

  it('has a Temporal server that npm run temporal speaks to', async () => {
    await running();
    const { sagaId } = await placeOrder();
    const described = npm([
      'run',
      '--silent',
      'temporal',
      '--',
      'workflow',
      'describe',
      '--workflow-id',
      sagaId,
      '--output',
      'json',
    ]);
    await expect(described.exitCode, described.output).resolves.toBe(0);
    const { workflowExecutionInfo } = JSON.parse(described.output) as { workflowExecutionInfo: object };
    expect(workflowExecutionInfo).toMatchObject({ execution: { workflowId: sagaId }, type: { name: 'createOrder' } });
    const refused = npm(['run', '--silent', 'temporal', '--', 'workflow', 'describe', '--workflow-id', 'nothing-of-that-id']);
    await expect(refused.exitCode).resolves.toBe(1);
    lendToNext();
  });

  it('stops on Ctrl-C, which npm and the terminal both send', async () => {
    const command = await running();
    const before = pids();
    command.interrupt();
    await command.line(/^SIGINT: stopping/);
    command.interrupt();
    await expect(command.endedBy('SIGINT')).resolves.toBe('stopped');
    await expectNothingLeft(before);
  });

  it.each([/^postgres: ready/, /^temporal: ready/, /^order: ready/])('stops in the middle of starting, at %s', async (moment) => {
    const command = start();
    await command.line(moment);
    const before = pids();
    command.kill('SIGTERM');
    await expect(command.endedBy('SIGTERM')).resolves.toBe('stopped');
    expect(command.output).not.toMatch(/^ready /m);
    await expectNothingLeft(before);
  });

  it('finds what a killed start has left running, stops it, and goes on with its data', async () => {
    const killed = await startUntilReady();
    const { orderId } = await placeOrder();
    const { supervisor, processes } = run();
    process.kill(supervisor.pid, 'SIGKILL');
    await killed.exitCode;
    const apps = names.slice(2).map((name) => processes[name]!.pid);
    expect(await waitUntil(() => alive(apps).length === 0, { withinMs: 20_000 }), 'they end with their supervisor').toBe(true);

    const command = await startUntilReady();
    for (const name of ['temporal', 'postgres']) {
      expect(command.output).toContain(`${name}: still running (pid ${processes[name]!.pid}) after process ${supervisor.pid}`);
    }
    expect((await fetch(`${gateway}/v1/orders/${orderId}`)).status).toBe(200);
    lendToNext();
  });

  it('restarts a process that dies, logs it, and gives up after five deaths within a minute', async () => {
    const command = await running();
    const before = pids();
    for (let death = 1; death <= 5; death++) {
      process.kill(run().processes['order']!.pid, 'SIGKILL');
      if (death === 5) break;
      await command.line(/^order: died \(SIGKILL\); starting it again/, death);
      await command.line(/^order: back after/, death);
    }
    await expect(command.exitCode).resolves.toBe(1);
    expect(command.output).toMatch(/order died 5 times within a minute.*giving up/);
    expect(command.output).toContain(`The end of ${path.join(dataDir, 'logs', 'order.log')}:`);
    await expectNothingLeft(before);
  });

  it.each(['PORT', 'ORDER_URL', 'EMBEDDED_POSTGRES_PORT', 'EMBEDDED_TEMPORAL_UI_PORT'])(
    'says which port is taken, when it is that of %s',
    async (setting) => {
      const port = Number(new URL(environment[setting]!.replace(/^(\d+)$/, 'http://127.0.0.1:$1')).port);
      const other = createServer();
      await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve));
      try {
        const command = start();
        await expect(command.exitCode).resolves.toBe(1);
        expect(command.output).toContain(`Port ${port} (${setting}) on 127.0.0.1 is already taken`);
      } finally {
        await new Promise((resolve) => other.close(resolve));
      }
      await expectNothingLeft([]);
    },
  );

  it.each([
    [{ HOST: 'no-such-host.invalid' }, /^HOST: nothing can listen on no-such-host\.invalid/m],
    [{ HOST: 'http://127.0.0.1' }, /HOST: must be an address/],
    [{ HOST: '0.0.0.0', API_KEYS: '' }, /HOST: API keys are required because the API listens on 0\.0\.0\.0/],
  ])('says at once what is wrong with %j, and starts nothing', async (changes, message) => {
    const command = start(changes);
    await expect(command.exitCode).resolves.toBe(1);
    expect(command.output).toMatch(message);
    expect(command.output).not.toMatch(/: ready on/);
    await expectNothingLeft([]);
  });

  it('says in one line that the data is of another release, and that npm run reset deletes it', async () => {
    const command = await running();
    const client = new pg.Client(embeddedPostgresUrl(ports[1]!));
    await client.connect();
    await client.query('alter table trip.migration rename to _prisma_migrations');
    await client.end();
    command.kill('SIGTERM');
    await command.endedBy('SIGTERM');

    const refused = start();
    await expect(refused.exitCode).resolves.toBe(1);
    const naming = refused.lines.filter((line) => line.includes('npm run reset'));
    expect(naming).toEqual([
      expect.stringMatching(new RegExp(`^The data in ${inPattern(dataDir)} was written by another release`)),
    ]);
    await expectNothingLeft([]);
  });

  it('names the broken folder and the remedy, and starts with new data after npm run reset', async () => {
    const versionFile = path.join(dataDir, 'postgres', 'PG_VERSION');
    const version = readFileSync(versionFile, 'utf8');
    writeFileSync(versionFile, '12\n');
    const broken = start();
    await expect(broken.exitCode).resolves.toBe(1);
    expect(broken.output).toMatch(
      new RegExp(
        `${inPattern(dataDir)}/postgres was made by PostgreSQL 12, and this is PostgreSQL ${version.trim()}\\..*npm run reset`,
      ),
    );

    rmSync(path.join(dataDir, 'postgres', 'global'), { recursive: true });
    writeFileSync(versionFile, version);
    const damaged = start();
    await expect(damaged.exitCode).resolves.toBe(1);
    expect(damaged.output).toMatch(
      new RegExp(`PostgreSQL could not be started on ${inPattern(dataDir)}/postgres.*a copy of it.*npm run reset`),
    );
    expect(damaged.output).toContain('pg_control');

    await expect(npm(['run', 'reset']).exitCode).resolves.toBe(0);
    expect(readdirSync(dataDir)).toEqual([]);
    writeFileSync(path.join(dataDir, 'temporal.db'), 'not a database');
    const noTemporal = start();
    await expect(noTemporal.exitCode).resolves.toBe(1);
    expect(noTemporal.output).toMatch(
      new RegExp(
        `Temporal could not be started on its database ${inPattern(dataDir)}/temporal\\.db.*a copy of it.*npm run reset`,
      ),
    );
    await expectNothingLeft([]);

    await expect(npm(['run', 'reset']).exitCode).resolves.toBe(0);
    await startUntilReady();
  });
});
