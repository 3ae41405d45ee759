import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../libs/embedded/free-port.js';
import { LEASE_MS } from '../../libs/messaging/channel/channel-options.js';
import { OwnLog } from '../events/own-log.js';
import { eventually } from '../support/api.js';

interface ConsumerProcess {
  name: string;
  /** What it is brought, and where it writes what it makes of it. */
  type: string;
  table: string;
  settings: (port: string) => Record<string, string>;
}

const ORDERS = 60;
const processes: ConsumerProcess[] = [
  {
    name: 'notification',
    type: 'order.shipped',
    table: 'notification.mail',
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

let own: OwnLog;
beforeAll(async () => {
  own = await OwnLog.create();
});
afterAll(() => own.drop());

describe.each(processes)('the process of $name', ({ name, type, table, settings }) => {
  let child: ChildProcess | undefined;
  afterEach(async () => {
    const exit = new Promise((resolve) => child?.once('exit', resolve));
    child?.kill('SIGKILL');
    await exit;
  });

  it('handles every event although it is paused in the middle for longer than its lease', { timeout: 180_000 }, async () => {
    const port = String(await freePort());
    child = spawn(process.execPath, [path.resolve(`dist/bundled/apps/${name}/main.js`)], {
      env: { DATABASE_URL: own.urlOf(name), LOG_LEVEL: 'silent', ...settings(port) },
      stdio: 'ignore',
    });
    const ready = async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).ok;
    await eventually(ready, (ok) => ok);
    const rows = async () =>
      (await own.admin.query<{ rows: number }>(`select count(*)::int as rows from ${table}`)).rows[0]!.rows;
    const lock = await own.admin.connect();
    try {
      await lock.query(`begin; lock table ${table} in exclusive mode`);
      for (let nr = 0; nr < ORDERS; nr++) await append(type);
      // Handlers are in progress, and cannot come to an end.
      await eventually(
        async () =>
          (
            await own.admin.query<{ waiting: number }>(
              'select count(*)::int as waiting from pg_locks where not granted and relation = $1::regclass',
              [table],
            )
          ).rows[0]!.waiting,
        (waiting) => waiting > 1,
      );
      child.kill('SIGSTOP');
      await lock.query('commit');
      await delay(LEASE_MS + 2_000);
    } finally {
      lock.release();
      child.kill('SIGCONT');
    }
    await eventually(rows, (found) => found === ORDERS);
    await eventually(ready, (ok) => ok);
    expect(await rows()).toBe(ORDERS);
  });
});

async function append(type: string): Promise<void> {
  const orderId = randomUUID();
  const total = { amount: 300, currency: 'EUR' };
  const lines = [{ sku: 'SKU-TOKEN', quantity: 3, unitPrice: { amount: 100, currency: 'EUR' } }];
  await own.log.query(
    `insert into events.log (event_id, service, type, type_version, aggregate_type, aggregate_id, aggregate_version, subject, occurred_at, data)
     values ($1, 'order', $2, 1, 'order', $3, 1, $3, clock_timestamp(), $4)`,
    [randomUUID(), type, orderId, JSON.stringify({ orderId, customerId: 'CUST-1', lines, total })],
  );
}
