import { Client } from '@temporalio/client';
import { bundleWorkflowCode, NativeConnection, Worker } from '@temporalio/worker';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { pino } from 'pino';
import { Pool } from 'undici';
import { uuidv7 } from 'uuidv7';
import { createActivities } from '../activities/index.js';
import { participantClients } from '../activities/participant-clients.js';
import { listenerUrlSettings } from '../libs/config/listener-url.js';
import { participantUrlSettings } from '../libs/config/participant-url.js';
import { startEmbeddedSystem } from '../libs/embedded/embedded-system.js';
import { installRuntime } from '../libs/temporal/install-runtime.js';
import { type CreateOrderRequest, createOrderType, createOrderIds } from '../workflows/create-order/create-order.contract.js';
import { searchAttributes } from '../workflows/saga/search-attributes.js';
import { benchCustomer, openBenchCustomers } from './bench-customers.js';
import { cpuTimes } from './cpu-time.js';
import { noOpActivities } from './no-op.activities.js';
import { runLoad } from './run-load.js';
import { median, percentile, spread } from './statistics.js';

const STEPS = 3;
const TASK_QUEUE = 'bench';
const policy = { fastStepMs: 5_000, stepDeadlineMs: 60_000, attentionAfterMs: 600_000 };
const setting = (name: string, fallback: number) => Number(process.env[name] ?? fallback);
const rounds = setting('BENCH_ROUNDS', 5);
const load = { total: setting('BENCH_TOTAL', 300), concurrency: setting('BENCH_CONCURRENCY', 50) };
const aloneRuns = setting('BENCH_ALONE', 40);

/** One way of creating an order, or of doing as many steps of nothing. @returns its workflow id, if it has one. */
type Variant = () => Promise<string | undefined>;

interface Sample {
  perSecond: number;
  /** As if the participants (order, customer, PostgreSQL) cost no CPU. */
  netPerSecond: number;
  aloneMs: number;
  loadedP50Ms: number;
  loadedP99Ms: number;
  engineCpuMs: number;
  participantsCpuMs: number;
}

const log = pino({ level: 'error' });
installRuntime(log);
mkdirSync('.roundtrip', { recursive: true });
const dataDir = mkdtempSync(path.resolve('.roundtrip', 'bench-'));
const system = await startEmbeddedSystem({
  log: (line) => console.error(`  ${line}`),
  settings: {
    DATA_DIR: dataDir,
    PORT: 0,
    RELAY_PORT: 0,
    ...Object.fromEntries([...participantUrlSettings, ...listenerUrlSettings].map((name) => [name, 'http://127.0.0.1:0'])),
    EMBEDDED_POSTGRES_PORT: 0,
    EMBEDDED_TEMPORAL_PORT: 0,
    EMBEDDED_TEMPORAL_UI_PORT: 0,
    LOG_LEVEL: 'warn',
  },
});
const { gateway, order, customer, temporal, databaseAdmin } = system.addresses;
const database = new pg.Client({ connectionString: databaseAdmin });
await database.connect();
await openBenchCustomers(database);
await database.end();

const connection = await NativeConnection.connect({ address: temporal });
const quiet = () => {};
const worker = await Worker.create({
  connection,
  taskQueue: TASK_QUEUE,
  workflowBundle: await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('workflows/index.js', import.meta.url)),
    logger: { log: quiet, trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet },
  }),
  activities: {
    ...createActivities(participantClients(system.addresses)),
    ...noOpActivities,
  },
});
const working = worker.run();
const client = new Client({ connection });
const pools = { gateway: new Pool(gateway), order: new Pool(order), customer: new Pool(customer) };

function request(): CreateOrderRequest {
  return { orderId: uuidv7(), customerId: benchCustomer(), lines: [{ sku: 'SKU-TOKEN', quantity: 1 }], policy };
}

async function post(pool: Pool, target: string, body: unknown, headers: Record<string, string>): Promise<{ state?: string }> {
  const answer = await pool.request({
    method: 'POST',
    path: target,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const said = (await answer.body.json()) as { state?: string };
  if (answer.statusCode >= 300) throw new Error(`${target} answered ${answer.statusCode}: ${JSON.stringify(said)}`);
  return said;
}

function requireApproved({ state }: { state?: string }): void {
  if (state !== 'APPROVED') throw new Error(`an order of the benchmark ended ${state}`);
}

const variants: Record<string, Variant> = {
  /** The product: fast steps, eager start, the saga kit with its search attributes. */
  createOrder: async () => {
    const input = request();
    const workflowId = createOrderIds.of(input.orderId);
    const attributes = [
      { key: searchAttributes.sagaType, value: createOrderType },
      { key: searchAttributes.sagaState, value: 'RUNNING' },
      { key: searchAttributes.customerId, value: input.customerId },
      { key: searchAttributes.businessId, value: input.orderId },
    ];
    const options = {
      workflowId,
      taskQueue: TASK_QUEUE,
      args: [input],
      requestEagerStart: true,
      typedSearchAttributes: attributes,
    };
    requireApproved(await client.workflow.execute(createOrderType, options));
    return workflowId;
  },
  'floor (no-op steps)': async () => {
    const workflowId = `floor:${uuidv7()}`;
    await client.workflow.execute('noOpSteps', { workflowId, taskQueue: TASK_QUEUE, args: [STEPS], requestEagerStart: true });
    return workflowId;
  },
  'as the sample writes it': async () => {
    const input = request();
    const workflowId = `sample:${input.orderId}`;
    requireApproved(await client.workflow.execute('createOrderAsSample', { workflowId, taskQueue: TASK_QUEUE, args: [input] }));
    return workflowId;
  },
  'no engine (three calls)': async () => {
    const { orderId, customerId, lines } = request();
    const key = (step: string) => ({ 'idempotency-key': `bench:${orderId}/${step}` });
    const created = await post(
      pools.order,
      '/commands/createOrder',
      { orderId, customerId, lines, sagaId: `bench:${orderId}` },
      key('create'),
    );
    const { total } = created as { total?: unknown };
    await post(pools.customer, '/commands/reserveCredit', { orderId, customerId, amount: total }, key('reserve'));
    requireApproved(await post(pools.order, '/commands/approveOrder', { orderId }, key('approve')));
    return undefined;
  },
  'through REST (Prefer: wait)': async () => {
    const { customerId, lines } = request();
    requireApproved(await post(pools.gateway, '/v1/orders', { customerId, lines }, { prefer: 'wait=30' }));
    return undefined;
  },
};

function cpu(): { engine: number; participants: number } {
  const pid = (name: 'postgres' | 'temporal' | 'order' | 'customer' | 'gateway') => system.pid(name) ?? -1;
  const times = cpuTimes({
    temporal: pid('temporal'),
    gateway: pid('gateway'),
    order: pid('order'),
    customer: pid('customer'),
    postgres: pid('postgres'),
  });
  const { user, system: kernel } = process.cpuUsage();
  return {
    engine: times['temporal']! + times['gateway']! + (user + kernel) / 1_000,
    participants: times['order']! + times['customer']! + times['postgres']!,
  };
}

async function measure(one: Variant): Promise<Sample> {
  const alone = await runLoad({ total: aloneRuns, concurrency: 1 }, one);
  const before = cpu();
  const loaded = await runLoad(load, one);
  const after = cpu();
  const engine = after.engine - before.engine;
  const participants = after.participants - before.participants;
  const perSecond = (load.total / loaded.wallMs) * 1_000;
  return {
    perSecond,
    netPerSecond: perSecond * ((engine + participants) / engine),
    aloneMs: median(alone.latencies),
    loadedP50Ms: median(loaded.latencies),
    loadedP99Ms: percentile(loaded.latencies, 0.99),
    engineCpuMs: engine / load.total,
    participantsCpuMs: participants / load.total,
  };
}

async function historyEvents(one: Variant): Promise<number | undefined> {
  const workflowId = await one();
  return workflowId === undefined ? undefined : (await client.workflow.getHandle(workflowId).describe()).historyLength;
}

const names = Object.keys(variants);
const samples: Record<string, Sample[]> = Object.fromEntries(names.map((name) => [name, []]));
const events: Record<string, number | undefined> = {};
for (const name of names) {
  events[name] = await historyEvents(variants[name]!);
  await runLoad({ total: 30, concurrency: 10 }, variants[name]!); // warm
}
for (let round = 1; round <= rounds; round++) {
  // Another order each round, so that no variant always runs in another's wake.
  for (const name of names.map((_, i) => names[(i + round) % names.length]!)) samples[name]!.push(await measure(variants[name]!));
  console.error(`  round ${round} of ${rounds}`);
}

const column = (name: string, pick: (sample: Sample) => number) => samples[name]!.map(pick);
const line = (cells: string[]) => console.log(`| ${cells.join(' | ')} |`);
console.log(
  `\n${rounds} rounds, ${load.total} sagas each with ${load.concurrency} under way; ${aloneRuns} one at a time. Median (lowest–highest) of the rounds.\n`,
);
line([
  'way',
  'sagas/s',
  'p50 / p99 ms under load',
  'one alone, p50 ms',
  'engine CPU ms',
  'participants CPU ms',
  'history events',
]);
line(Array.from({ length: 7 }, () => '---'));
for (const name of names) {
  line([
    name,
    spread(column(name, (it) => it.perSecond)),
    `${spread(
      column(name, (it) => it.loadedP50Ms),
      0,
    )} / ${spread(
      column(name, (it) => it.loadedP99Ms),
      0,
    )}`,
    spread(column(name, (it) => it.aloneMs)),
    spread(column(name, (it) => it.engineCpuMs)),
    spread(column(name, (it) => it.participantsCpuMs)),
    String(events[name] ?? '–'),
  ]);
}

/** Ratios are taken round by round: what disturbs a round disturbs both. */
const ratio = (a: string, b: string, pick: (sample: Sample) => number) =>
  samples[a]!.map((sample, i) => pick(sample) / pick(samples[b]![i]!));
const difference = (a: string, b: string) => samples[a]!.map((sample, i) => sample.aloneMs - samples[b]![i]!.aloneMs);
const [ours, floor, sample, bare] = names as [string, string, string, string];
console.log(
  `\nthroughput net of the participants' CPU, against the floor's: ${spread(
    ratio(ours, floor, (it) => it.netPerSecond),
    2,
  )}  (aim ≥ 0.9)`,
);
console.log(
  `throughput against the sample's way: ${spread(
    ratio(ours, sample, (it) => it.perSecond),
    2,
  )}  (aim ≥ 3)`,
);
console.log(
  `throughput against no engine: ${spread(
    ratio(ours, bare, (it) => it.perSecond),
    2,
  )}`,
);
console.log(`one alone, beyond the participants' own time: ${spread(difference(ours, bare))} ms  (aim ≤ 20)`);
console.log(
  `one alone, against the sample's way: ${spread(
    ratio(sample, ours, (it) => it.aloneMs),
    2,
  )} times as fast`,
);
console.log(`history events on the happy path: ${events[ours]}  (aim ≤ 10)`);

worker.shutdown();
await working;
await connection.close();
await system.stop();
rmSync(dataDir, { recursive: true, force: true });
process.exit(0);
