// The cost of an order, an event, a delivery and a page of a list: on a small system, and on a system with much data.
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import pg from 'pg';
import { Pool } from 'undici';
import type { EmbeddedSystem } from '../libs/embedded/embedded-system.js';
import { jointProcesses, listenerProcesses, participantProcesses } from '../libs/embedded/processes.js';
import { LOG_APPENDED } from '../libs/messaging/log/log-appended.js';
import { benchCustomer, openBenchCustomers } from './harness/bench-customers.js';
import { benchSettings } from './harness/bench-settings.js';
import { cpuTimes } from './harness/cpu-time.js';
import { fillTables, forgoDurability } from './harness/fill-tables.js';
import { growingTables } from './harness/growing-tables.js';
import { bytesNeeded, rowsAfter } from './harness/growth-sizes.js';
import { runLoad } from './run-load.js';
import { median, percentile, spread } from './statistics.js';
import { startEmbeddedBench } from './harness/embedded-bench.js';

const { rounds, total, alone, moved, small, events, orders } = benchSettings('growth');
const CONCURRENCY = 16;
const PAGES = 4;
const processes = [
  'postgres',
  ...[...participantProcesses, ...listenerProcesses, ...jointProcesses].map(({ name }) => name),
] as const;
const lists = [
  '/v1/orders?limit=50',
  '/v1/orders?limit=50&state=CANCELLED',
  '/v1/orders?limit=50&customerId=GROWTH-7',
  '/v1/payments?limit=50',
  '/v1/sagas?limit=50',
  '/v1/customers/GROWTH-7/orders?limit=50',
  '/v1/events?limit=50&after=beginning',
];

const figures = {
  "all processes' CPU per order, ms": [] as number[],
  "PostgreSQL's CPU per order, ms": [] as number[],
  'relayed events/s': [] as number[],
  'log to receiver, one event alone, p50 ms': [] as number[],
  'a page of a list, p50 ms': [] as number[],
};
type Figures = typeof figures;

const large = rowsAfter({ events, orders });
console.log(`${(bytesNeeded(growingTables, large) / 1e9).toFixed(1)} GB of disk are needed below ${path.resolve('.roundtrip')}.`);
const before = await measure(small, rowsAfter({ events: small, orders: small }));
const after = await measure(events, large);

console.log(
  `\n${rounds} rounds: ${total} orders, ${moved} events to relay, ${alone} events one at a time. Median (lowest–highest) of the rounds.\n`,
);
console.log(`| what | after ${small} events and orders | after ${events} events and ${orders} orders | ratio (aim: 0.9–1.1) |`);
console.log('| --- | --- | --- | --- |');
for (const what of Object.keys(figures) as (keyof Figures)[]) {
  const ratio = (median(after[what]) / median(before[what])).toFixed(2);
  console.log(`| ${what} | ${spread(before[what], 2)} | ${spread(after[what], 2)} | ${ratio} |`);
}
process.exit(0);

/** Measures a system of its own, which is stopped whatever becomes of it. */
async function measure(size: number, rowsOf: typeof large): Promise<Figures> {
  const { system, stop } = await startEmbeddedBench(() => {});
  try {
    return await measureOn(system, size, rowsOf);
  } finally {
    await stop();
  }
}

async function measureOn(system: EmbeddedSystem, size: number, rowsOf: typeof large): Promise<Figures> {
  const log = (line: string) => console.error(`  ${line}`);
  const database = new pg.Pool({ connectionString: system.addresses.databaseAdmin, max: 4 });
  database.on('error', () => {}); // the server stops before its last connection has gone
  const client = new pg.Client({ connectionString: system.addresses.databaseAdmin });
  await client.connect();
  await openBenchCustomers(client);
  await client.end();
  const followers = listenerProcesses.map(({ name }) => name);
  await Promise.all(followers.map((name) => system.stop(name)));
  await forgoDurability(database);
  const from = performance.now();
  await fillTables(database, rowsOf);
  await database.query('vacuum analyze');
  for (const setting of ['fsync', 'full_page_writes', 'synchronous_commit', 'autovacuum'])
    await database.query(`alter system reset ${setting}`);
  await database.query('select pg_reload_conf()');
  await database.query('checkpoint');
  log(`${size} events: filled in ${((performance.now() - from) / 1_000).toFixed(0)} s`);
  await Promise.all(followers.map((name) => system.start(name)));

  const api = new Pool(system.addresses.gateway);
  const request = async (method: 'GET' | 'POST', target: string, body?: object) => {
    const { statusCode, body: answer } = await api.request({
      method,
      path: target,
      headers: { prefer: 'wait=30', 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    const said = (await answer.json()) as { next?: string | null };
    if (statusCode >= 300) throw new Error(`${target} answered ${statusCode}: ${JSON.stringify(said)}`);
    return said;
  };
  const measured = structuredClone(figures);

  const order = () => request('POST', '/v1/orders', { customerId: benchCustomer(), lines: [{ sku: 'SKU-TOKEN', quantity: 1 }] });
  const outboxesEmpty = async () => {
    const rows = async () => {
      const { rows: found } = await database.query<{ rows: number }>(
        `select ((select count(*) from "order".outbox) + (select count(*) from customer.outbox) + (select count(*) from saga.outbox) + (select count(*) from payment.outbox))::int as rows`,
      );
      return found[0]!.rows;
    };
    while ((await rows()) > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  };
  const cpu = () => cpuTimes(Object.fromEntries(processes.map((name) => [name, system.pid(name) ?? -1])));
  const orderRound = async () => {
    const started = cpu();
    await runLoad({ total, concurrency: CONCURRENCY }, order);
    await outboxesEmpty();
    const used = Object.entries(cpu()).map(([name, ms]) => [name, ms - started[name]!] as const);
    measured["all processes' CPU per order, ms"].push(used.reduce((sum, [, ms]) => sum + ms, 0) / total);
    measured["PostgreSQL's CPU per order, ms"].push(used.find(([name]) => name === 'postgres')![1] / total);
  };

  const relayRound = async () => {
    const started = performance.now();
    await database.query(
      `insert into payment.outbox (event_id, type, type_version, aggregate_type, aggregate_id, aggregate_version, subject, occurred_at, data)
       select gen_random_uuid(), 'payment.captured', 1, 'bench', $2 || n % 100, n / 100 + 1, $2 || n % 100, clock_timestamp(),
         json_build_object('filling', repeat('x', 480))::text from generate_series(0, $1::int - 1) n order by n`,
      [moved, `bench-${randomUUID()}-`],
    );
    await outboxesEmpty();
    measured['relayed events/s'].push((moved / (performance.now() - started)) * 1_000);
  };

  let onDelivery = (): void => {};
  const receiver = createServer((message, response) => {
    message.resume().on('end', () => {
      response.writeHead(204).end();
      onDelivery();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  await request('POST', '/v1/hooks', { url, types: ['payment.voided'] });
  const deliver = async () => {
    const arrived = new Promise<void>((resolve) => (onDelivery = resolve));
    await database.query(
      `with logged as (insert into events.log (event_id, service, type, type_version, aggregate_type, aggregate_id, aggregate_version, subject, occurred_at, data)
       values ($1, 'payment', 'payment.voided', 1, 'bench', $1::uuid::text, 1, $1::uuid::text, now(), '{}') returning 1)
       select pg_notify('${LOG_APPENDED}', '') from logged`,
      [randomUUID()],
    );
    await arrived;
  };
  const deliveryRound = async () => {
    const { latencies } = await runLoad({ total: alone, concurrency: 1 }, deliver);
    measured['log to receiver, one event alone, p50 ms'].push(percentile(latencies, 0.5));
  };

  /** Returns what each page took, in ms. A list with fewer pages would make the small system look fast: it is refused. */
  const crawl = async (list: string) => {
    const pages: number[] = [];
    let next: string | null | undefined;
    while (pages.length < PAGES) {
      const started = performance.now();
      const target = next ? `${list.replace('&after=beginning', '')}&after=${encodeURIComponent(next)}` : list;
      ({ next } = await request('GET', target));
      pages.push(performance.now() - started);
      if (!next && pages.length < PAGES) throw new Error(`${list} has ${pages.length} pages. ${PAGES} are to be measured.`);
    }
    return pages;
  };
  const listRound = async () => {
    const pages: number[] = [];
    for (let index = 0; index < alone; index++) pages.push(...(await crawl(lists[index % lists.length]!)));
    measured['a page of a list, p50 ms'].push(percentile(pages, 0.5));
  };

  const ways = [orderRound, relayRound, deliveryRound, listRound];
  for (const way of ways) await way(); // warm
  for (const values of Object.values(measured)) values.length = 0;
  for (let round = 1; round <= rounds; round++) {
    for (const way of ways) await way();
    log(`${size} events: round ${round} of ${rounds}`);
  }

  receiver.closeAllConnections();
  receiver.close();
  await Promise.all([api.close(), database.end()]);
  return measured;
}
