// The storage of an order, table by table: places orders by the API, then measures the growth of every table with its indexes.
import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { participantNames } from '../contracts/participant/participants.js';
import { waitUntil } from '../libs/embedded/wait-until.js';
import { benchCustomer, openBenchCustomers } from './harness/bench-customers.js';
import { benchSettings } from './harness/bench-settings.js';
import { tableSizes } from './harness/table-sizes.js';
import { runLoad } from './run-load.js';
import { startEmbeddedBench } from './harness/embedded-bench.js';

const { total, warm, concurrency } = benchSettings('storage');
const SETTLED_WITHIN_MS = 600_000;

const { system, dataDir, stop } = await startEmbeddedBench((line) => console.error(`  ${line}`));
const database = new pg.Pool({ connectionString: system.addresses.databaseAdmin, max: 2 });
database.on('error', () => {}); // the server stops before its last connection has gone

const ATTEMPTS = 20;

/** Places one order. A busy machine may answer 503, or 202 after its wait: the same request is repeated under its key. */
async function placeOrder(): Promise<void> {
  const key = randomUUID();
  const body = JSON.stringify({ customerId: benchCustomer(), lines: [{ sku: 'SKU-TOKEN', quantity: 1 }] });
  let said = '';
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const answer = await fetch(`${system.addresses.gateway}/v1/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key, prefer: 'wait=30' },
      body,
    });
    said = `${answer.status} ${await answer.text()}`;
    if (said.includes('"state":"APPROVED"')) return;
    await delay(500);
  }
  throw new Error(`An order was not approved after ${ATTEMPTS} attempts; the last answer was ${said}`);
}

const count = async (query: string) => Number((await database.query<{ count: string }>(query)).rows[0]!.count);

/** Everything that follows the orders is written: their events are in the log and read, their sagas have ended and have their steps. */
async function settled(orders: number): Promise<void> {
  const outboxes = [...participantNames, 'saga'].map((service) => `select 1 from "${service}".outbox`).join(' union all ');
  const done = await waitUntil(
    async () =>
      (await count('select count(*) from saga.saga where not open')) >= orders &&
      (await count('select count(*) from saga.ended_timeline')) >= orders &&
      (await count('select count(*) from projection.customer_order')) >= orders &&
      (await count(`select count(*) from (${outboxes}) waiting`)) === 0,
    { withinMs: SETTLED_WITHIN_MS },
  );
  if (!done) throw new Error('The followers of the orders have not caught up within ten minutes.');
  // Frees the space of dead rows for new rows, as autovacuum does.
  await database.query('vacuum');
}

const temporalBytes = () =>
  ['temporal.db', 'temporal.db-wal'].reduce(
    (sum, file) => sum + (statSync(path.join(dataDir, file), { throwIfNoEntry: false })?.size ?? 0),
    0,
  );

try {
  const admin = await database.connect();
  await openBenchCustomers(admin);
  admin.release();
  await runLoad({ total: warm, concurrency }, placeOrder);
  await settled(warm);
  const [before, temporalBefore] = [await tableSizes(database), temporalBytes()];
  await runLoad({ total, concurrency }, placeOrder);
  await settled(warm + total);
  const [after, temporalAfter] = [await tableSizes(database), temporalBytes()];
  const growth = [...after].map(([name, bytes]) => [name, (bytes - (before.get(name) ?? 0)) / total] as const);
  console.log(`bytes per approved order, over ${total} orders`);
  for (const [name, bytes] of growth.toSorted(([, a], [, b]) => b - a))
    if (bytes >= 1) console.log(`${name.padEnd(34)} ${bytes.toFixed(0).padStart(7)}`);
  console.log(
    `${'all'.padEnd(34)} ${growth
      .reduce((sum, [, bytes]) => sum + bytes, 0)
      .toFixed(0)
      .padStart(7)}`,
  );
  console.log(`${"Temporal's own database".padEnd(34)} ${((temporalAfter - temporalBefore) / total).toFixed(0).padStart(7)}`);
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}
await database.end();
await stop();
process.exit();
