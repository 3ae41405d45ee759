import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { freePort } from '../../libs/embedded/free-port.js';
import type { LogHarness } from '../events/log.harness.js';
import { eventually } from '../support/api.js';

export interface Consuming {
  name: 'notification' | 'saga' | 'projection';
  /** The type of its events, and the table of its effects. */
  type: string;
  table: string;
  /** Which rows of the table are made of that type, where others are as well. */
  made?: string;
  settings: (port: string) => Record<string, string>;
}

/** The processes that consume events. Nothing that they need besides the database is there. */
export const consumingProcesses: readonly Consuming[] = [
  {
    name: 'notification',
    type: 'order.revised', // which nobody else makes anything of
    table: 'notification.mail',
    made: `type = 'order.revised'`,
    settings: (PORT) => ({ PORT, CUSTOMER_URL: 'http://127.0.0.1:9', SMTP_URL: 'smtp://127.0.0.1:9' }),
  },
  {
    name: 'saga',
    type: 'order.approved',
    table: 'saga.bridge_signal',
    settings: (SAGA_PORT) => ({ SAGA_PORT, UNPAID_ORDER_TERM_MS: '60000', TEMPORAL_ADDRESS: '127.0.0.1:9' }),
  },
  { name: 'projection', type: 'order.placed', table: 'projection.customer_order', settings: (PORT) => ({ PORT }) },
];

/** One of them, in a process of its own, on the database of a test. */
export class ConsumerProcess {
  private constructor(
    private readonly testLog: LogHarness,
    private readonly consuming: Consuming,
    private readonly url: string,
    private readonly child: ChildProcess,
  ) {}

  /** Resolves when it is ready. */
  static async start(testLog: LogHarness, consuming: Consuming): Promise<ConsumerProcess> {
    const port = await freePort();
    const child = spawn(process.execPath, [path.resolve(`dist/bundled/apps/${consuming.name}/main.js`)], {
      env: { DATABASE_URL: testLog.urlOf(consuming.name), LOG_LEVEL: 'silent', ...consuming.settings(String(port)) },
      stdio: 'ignore',
    });
    const started = new ConsumerProcess(testLog, consuming, `http://127.0.0.1:${port}`, child);
    await started.ready();
    return started;
  }

  async ready(): Promise<void> {
    await eventually(
      async () => (await fetch(`${this.url}/readyz`)).ok,
      (ok) => ok,
    );
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.child.kill(signal);
  }

  async kill(): Promise<void> {
    const exit = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGKILL');
    await exit;
  }

  /** How many events it has handled. */
  async handled(): Promise<number> {
    const { table, made = 'true' } = this.consuming;
    const { rows } = await this.testLog.admin.query<{ rows: number }>(`select count(*)::int as rows from ${table} where ${made}`);
    return rows[0]!.rows;
  }

  /** Lets it begin to handle events, and blocks all of them until `letGo`. */
  async holdUp(events: number): Promise<{ letGo(): Promise<void> }> {
    const { admin } = this.testLog;
    const { table } = this.consuming;
    const lock = await admin.connect();
    lock.on('error', () => {}); // the server may end the session
    await lock.query(`begin; lock table ${table} in exclusive mode`);
    await this.append(events);
    await eventually(
      async () =>
        (
          await admin.query<{ waiting: number }>(
            'select count(*)::int as waiting from pg_locks where not granted and relation = $1::regclass',
            [table],
          )
        ).rows[0]!.waiting,
      (waiting) => waiting > 1,
    );
    return {
      letGo: async () => {
        await lock.query('commit').catch(() => {});
        lock.release(true);
      },
    };
  }

  /** Puts events that it handles into the log, each of an order of its own. */
  async append(events: number): Promise<void> {
    const total = { amount: 300, currency: 'EUR' };
    const lines = [{ sku: 'SKU-TOKEN', quantity: 3, unitPrice: { amount: 100, currency: 'EUR' } }];
    for (let nr = 0; nr < events; nr++) {
      const orderId = randomUUID();
      await this.testLog.log.query(
        `insert into events.log (event_id, service, type, type_version, aggregate_type, aggregate_id, aggregate_version, subject, occurred_at, data)
         values ($1, 'order', $2, 1, 'order', $3, 1, $3, clock_timestamp(), $4)`,
        [randomUUID(), this.consuming.type, orderId, JSON.stringify({ orderId, customerId: 'CUST-1', lines, total })],
      );
    }
  }
}
