import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { Pool } from 'undici';
import type { HookCreated } from '../contracts/hooks/hook.resource.js';
import { LOG_APPENDED } from '../libs/messaging/log/log-appended.js';
import { benchSettings } from './harness/bench-settings.js';
import { runLoad } from './run-load.js';
import { percentile, spread } from './statistics.js';
import { startEmbeddedBench } from './harness/embedded-bench.js';

const { rounds, total: burst, alone: singles } = benchSettings('hooks');
const HOOKS = 20;

if (process.send) await beReceiver();
else await measure();

/** A separate process, so that receiving and measuring do not share a thread. It reports each event at once. */
async function beReceiver(): Promise<void> {
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      const id = request.headers['webhook-id'];
      if (id) process.send!({ id, at: Date.now(), path: request.url });
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  process.send!({ port: (server.address() as AddressInfo).port });
  process.on('disconnect', () => process.exit(0));
}

async function measure(): Promise<void> {
  const { system, stop } = await startEmbeddedBench((line) => console.error(`  ${line}`));
  const database = new pg.Client({ connectionString: system.addresses.databaseAdmin });
  await database.connect();
  const receiver = fork(fileURLToPath(import.meta.url));
  let onReceived: (message: { id: string; at: number }) => void = () => {};
  const port = await new Promise<number>((resolve) => {
    receiver.on('message', (message: { port?: number; id?: string; at?: number }) => {
      if (message.port) resolve(message.port);
      else onReceived({ id: message.id!, at: message.at! });
    });
  });
  const api = new Pool(system.addresses.gateway);
  const hook = async (url: string, types: string[], more: object = {}): Promise<HookCreated> => {
    const { statusCode, body } = await api.request({
      method: 'POST',
      path: '/v1/hooks',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ url, types, ...more }),
    });
    const said = (await body.json()) as HookCreated;
    if (statusCode !== 201) throw new Error(`POST /v1/hooks answered ${statusCode}: ${JSON.stringify(said)}`);
    return said;
  };
  const data = JSON.stringify({ note: 'x'.repeat(400) });
  /** Into the log in one statement, as the relay moves a batch. */
  const publish = async (type: string, count: number): Promise<string[]> => {
    const ids = Array.from({ length: count }, () => randomUUID());
    await database.query(
      `with logged as (insert into events.log (event_id, service, type, type_version, aggregate_type, aggregate_id, aggregate_version, subject, occurred_at, data)
       select id, split_part($2, '.', 1), $2, 1, 'bench', id, 1, id, now(), $3 from unnest($1::uuid[]) id returning 1)
       select pg_notify('${LOG_APPENDED}', '') from logged limit 1`,
      [ids, type, data],
    );
    return ids;
  };
  /** Publishes and waits until this many `hooks` endpoints have received each event. @returns the milliseconds since publishing, for each. */
  const publishAndHear = async (type: string, count: number, hooks: number): Promise<{ wallMs: number; latencies: number[] }> => {
    const latencies: number[] = [];
    let from = 0;
    const all = new Promise<void>((resolve) => {
      onReceived = ({ at }) => {
        latencies.push(at - from);
        if (latencies.length === count * hooks) resolve();
      };
    });
    from = Date.now();
    const startedAt = performance.now();
    await publish(type, count);
    await all;
    return { wallMs: performance.now() - startedAt, latencies };
  };

  await hook(`http://127.0.0.1:${port}/one`, ['order.placed'], { maxInFlight: 100 });
  for (let n = 0; n < HOOKS - 1; n++) await hook(`http://127.0.0.1:${port}/${n}`, ['order.shipped']);
  const raw = new Pool(`http://127.0.0.1:${port}`, { connections: 100 });
  const post = () =>
    raw
      .request({ method: 'POST', path: '/raw', headers: { 'content-type': 'application/json' }, body: data })
      .then(({ body }) => body.dump());

  const figures = { raw: [] as number[], hooks: [] as number[], p50: [] as number[], p99: [] as number[] };
  const healthy = { p50: [] as number[], p95: [] as number[] };
  const beside = { p50: [] as number[], p95: [] as number[] };
  const among = async (): Promise<number[]> => {
    const latencies: number[] = [];
    for (let i = 0; i < singles; i++) latencies.push(...(await publishAndHear('order.shipped', 1, HOOKS - 1)).latencies);
    return latencies;
  };
  await publishAndHear('order.placed', 200, 1); // warm
  for (let round = 1; round <= rounds; round++) {
    figures.raw.push((burst / (await runLoad({ total: burst, concurrency: 100 }, post)).wallMs) * 1_000);
    figures.hooks.push((burst / (await publishAndHear('order.placed', burst, 1)).wallMs) * 1_000);
    const one: number[] = [];
    for (let i = 0; i < singles; i++) one.push(...(await publishAndHear('order.placed', 1, 1)).latencies);
    figures.p50.push(percentile(one, 0.5));
    figures.p99.push(percentile(one, 0.99));
    console.error(`  round ${round} of ${rounds}`);
  }
  for (let round = 1; round <= rounds; round++) {
    const latencies = await among();
    healthy.p50.push(percentile(latencies, 0.5));
    healthy.p95.push(percentile(latencies, 0.95));
  }
  const hanging = createServer(() => {});
  await new Promise<void>((resolve) => hanging.listen(0, '127.0.0.1', resolve));
  await hook(`http://127.0.0.1:${(hanging.address() as AddressInfo).port}/`, ['order.shipped']);
  for (let round = 1; round <= rounds; round++) {
    const latencies = await among();
    beside.p50.push(percentile(latencies, 0.5));
    beside.p95.push(percentile(latencies, 0.95));
  }

  const line = (cells: string[]) => console.log(`| ${cells.join(' | ')} |`);
  console.log(
    `\n${rounds} rounds; bursts of ${burst}, ${singles} events one at a time. Median (lowest–highest) of the rounds.\n`,
  );
  line(['what', 'figure']);
  line(['---', '---']);
  line(['raw HTTP posts/s, same receiver, 100 at once', spread(figures.raw, 0)]);
  line(['hooks/s, one endpoint, 100 at once', spread(figures.hooks, 0)]);
  line([
    'hooks against raw posts',
    spread(
      figures.hooks.map((it, i) => it / figures.raw[i]!),
      2,
    ),
  ]);
  line(['log to receiver, one event alone, p50 / p99 ms', `${spread(figures.p50, 0)} / ${spread(figures.p99, 0)}`]);
  line(['19 endpoints, p50 / p95 ms', `${spread(healthy.p50, 0)} / ${spread(healthy.p95, 0)}`]);
  line(['the same 19 beside one that hangs, p50 / p95 ms', `${spread(beside.p50, 0)} / ${spread(beside.p95, 0)}`]);

  hanging.closeAllConnections();
  hanging.close();
  receiver.disconnect();
  await Promise.all([api.close(), raw.close()]);
  await database.end();
  await stop();
  process.exit(0);
}
