import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { migrate } from '../libs/database/migrate.js';
import { prepareDatabases } from '../libs/database/prepare-databases.js';
import { servicePool } from '../libs/database/service-pool.js';
import { serviceUrl } from '../libs/database/service-url.js';
import { migrationFolders } from '../libs/database/services.js';
import { DataFolder } from '../libs/embedded/data-folder.js';
import { freePort } from '../libs/embedded/free-port.js';
import { ManagedProcess } from '../libs/embedded/managed-process.js';
import { embeddedPostgresUrl, ensureDatabase, postgresServer } from '../libs/embedded/postgres.server.js';
import { waitUntil } from '../libs/embedded/wait-until.js';
import type { Channel, PublishResult } from '../libs/messaging/channel/channel.js';
import { InMemoryChannel } from '../libs/messaging/channel/in-memory.channel.js';
import { KafkaChannel } from '../libs/messaging/channel/kafka.channel.js';
import { NatsChannel } from '../libs/messaging/channel/nats.channel.js';
import { PostgresChannel } from '../libs/messaging/channel/postgres.channel.js';
import { LOG_APPENDED } from '../libs/messaging/log/log-appended.js';
import type { LoggedEvent } from '../libs/messaging/event/logged-event.js';
import { inLogTransaction } from '../libs/messaging/relay/log-transaction.js';
import { benchSettings } from './harness/bench-settings.js';
import { percentile, spread } from './statistics.js';

const { rounds, total, alone } = benchSettings('channel');
const BATCH = 200;
/** Servers that are there already; a transport without one is left out, and that is said. */
const natsUrl = process.env['NATS_URL'];
const kafkaBrokers = process.env['KAFKA_BROKERS'];

mkdirSync('.roundtrip', { recursive: true });
const dataDir = mkdtempSync(path.resolve('.roundtrip', 'bench-'));
const data = new DataFolder(dataDir);
data.create();
const port = await freePort();
const log = (line: string) => console.error(`  ${line}`);
const spec = await postgresServer({ data, port, log });
const server = new ManagedProcess(spec);
await waitUntil(spec.isReady, { withinMs: spec.readyWithinMs });
await ensureDatabase(port);
const adminUrl = embeddedPostgresUrl(port);
await prepareDatabases({ adminUrl, rolePassword: 'roundtrip', log: () => {} });
const reader = servicePool(serviceUrl(adminUrl, 'hooks', 'roundtrip'), 'bench', 4);
const owner = await reader.connect();
await migrate(owner, [...migrationFolders.hooks, 'channel']);
owner.release();
const writer = new pg.Pool({ connectionString: serviceUrl(adminUrl, 'events', 'roundtrip'), max: 2 });
writer.on('error', () => {}); // the server stops before its last connection has gone

interface Transport {
  channel: Channel;
  /** Puts events where consumers find them. */
  publish: (events: readonly LoggedEvent[]) => Promise<unknown>;
}

/** Appends a batch to the log in one transaction, as the relay does. */
const intoTheLog = (events: readonly LoggedEvent[]) =>
  inLogTransaction(writer, async (client) => {
    await client.query(
      `with logged as (insert into events.log (event_id, service, type, type_version, aggregate_type, aggregate_id, aggregate_version, subject, occurred_at, data)
       select id::uuid, 'order', 'order.approved', 2, 'order', key, version, key, clock_timestamp(), data
       from unnest($1::text[], $2::text[], $3::int[], $4::text[]) as given (id, key, version, data) returning 1)
       select pg_notify('${LOG_APPENDED}', '') from logged limit 1`,
      [
        events.map(({ eventId }) => eventId),
        events.map(({ aggregateId }) => aggregateId),
        events.map(({ aggregateVersion }) => aggregateVersion),
        events.map(({ data: text }) => text),
      ],
    );
  });

const transports: Record<string, Transport> = {};
function add(name: string, channel: Channel, publish?: Transport['publish']): void {
  transports[name] = { channel, publish: publish ?? (async (events) => assertTaken(await channel.publish(events))) };
}
add('in-memory', new InMemoryChannel());
add('postgres', new PostgresChannel(reader), intoTheLog);
if (natsUrl) add('nats', await NatsChannel.open(natsUrl, 'bench'));
else log('NATS is not measured: NATS_URL is not set.');
if (kafkaBrokers) add('kafka', await KafkaChannel.open(kafkaBrokers, 'bench'));
else log('Kafka is not measured: KAFKA_BROKERS is not set.');

function assertTaken(results: readonly PublishResult[]): void {
  const refused = results.find(({ taken }) => !taken);
  if (refused && !refused.taken) throw new Error(refused.reason);
}

/** Events of 500 bytes about a hundred aggregates of their own. */
function made(count: number): LoggedEvent[] {
  const run = randomUUID();
  const text = JSON.stringify({ filling: 'x'.repeat(480) });
  return Array.from({ length: count }, (_, n) => {
    const now = new Date();
    const key = `${run}-${n % 100}`;
    return {
      position: n + 1,
      eventId: randomUUID(),
      service: 'order',
      type: 'order.approved',
      typeVersion: 2,
      aggregateType: 'order',
      aggregateId: key,
      aggregateVersion: Math.floor(n / 100) + 1,
      subject: key,
      occurredAt: now,
      recordedAt: now,
      correlationId: `create-order:${n}`,
      causationId: null,
      traceparent: null,
      tracestate: null,
      data: text,
    };
  });
}

/** Counts down what is to come; `done` resolves with the last of it. */
class Awaited {
  private readonly missing: Set<string>;
  readonly done: Promise<void>;
  private end = (): void => {};

  constructor(events: readonly LoggedEvent[]) {
    this.missing = new Set(events.map(({ eventId }) => eventId));
    this.done = new Promise((resolve) => (this.end = resolve));
  }

  came({ eventId }: LoggedEvent): void {
    if (this.missing.delete(eventId) && this.missing.size === 0) this.end();
  }
}

/** Subscribes a new group from now on, for as long as `use` takes. */
async function listening<Result>(
  channel: Channel,
  onEvent: (event: LoggedEvent) => void,
  use: () => Promise<Result>,
): Promise<Result> {
  const options = { group: `bench-${randomUUID()}`, types: [], from: 'now', concurrency: 50 } as const;
  const subscription = await channel.subscribe(options, async (event) => onEvent(event));
  try {
    return await use();
  } finally {
    await subscription.stop();
  }
}

/** Events a second, from the first publish to the last handler. */
async function throughput({ channel, publish }: Transport): Promise<number> {
  const events = made(total);
  const awaited = new Awaited(events);
  return listening(
    channel,
    (event) => awaited.came(event),
    async () => {
      const since = performance.now();
      for (let from = 0; from < events.length; from += BATCH) await publish(events.slice(from, from + BATCH));
      await awaited.done;
      return (total / (performance.now() - since)) * 1_000;
    },
  );
}

/** Milliseconds from publish to handler, of one event at a time. */
async function latencies({ channel, publish }: Transport): Promise<number[]> {
  let current: Awaited | undefined;
  return listening(
    channel,
    (event) => current?.came(event),
    async () => {
      const taken: number[] = [];
      for (const event of made(alone)) {
        current = new Awaited([event]);
        const since = performance.now();
        await publish([event]);
        await current.done;
        taken.push(performance.now() - since);
      }
      return taken;
    },
  );
}

const figures = Object.fromEntries(
  Object.keys(transports).map((name) => [name, { perSecond: [] as number[], p50: [] as number[], p99: [] as number[] }]),
);
const names = Object.keys(transports);
for (let round = 0; round < rounds; round++) {
  // Each round has another order, so that no channel is always the first.
  for (const i of names.keys()) {
    const name = names[(i + round) % names.length]!;
    const figure = figures[name]!;
    figure.perSecond.push(await throughput(transports[name]!));
    const samples = await latencies(transports[name]!);
    figure.p50.push(percentile(samples, 0.5));
    figure.p99.push(percentile(samples, 0.99));
  }
  log(`round ${round + 1} of ${rounds}`);
}

console.log(
  `\n${rounds} rounds: ${total} events of 500 bytes in batches of ${BATCH}; ${alone} one at a time. Median (lowest–highest) of the rounds.\n`,
);
console.log('| transport | events/s | publish to handler, p50 ms | p99 ms |\n| --- | --- | --- | --- |');
for (const [name, { perSecond, p50, p99 }] of Object.entries(figures))
  console.log(`| ${name} | ${spread(perSecond, 0)} | ${spread(p50)} | ${spread(p99)} |`);

await Promise.all(Object.values(transports).map(({ channel }) => channel.close()));
await writer.end();
await server.stop();
rmSync(dataDir, { recursive: true, force: true });
