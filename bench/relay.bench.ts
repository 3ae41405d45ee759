import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { prepareDatabases } from '../libs/database/prepare-databases.js';
import { setOutboxHint } from '../libs/database/outbox-hint.js';
import { serviceUrl } from '../libs/database/service-url.js';
import { sql } from '../libs/database/sql.js';
import { DataFolder } from '../libs/embedded/data-folder.js';
import { freePort } from '../libs/embedded/free-port.js';
import { ManagedProcess } from '../libs/embedded/managed-process.js';
import { embeddedPostgresUrl, ensureDatabase, postgresServer } from '../libs/embedded/postgres.server.js';
import { waitUntil } from '../libs/embedded/wait-until.js';
import { eventColumnList } from '../libs/messaging/relay/outbox-row.js';
import { outboxPlace } from '../libs/messaging/relay/outbox-place.js';
import { moveOutbox } from '../libs/messaging/relay/move-outbox.js';
import { benchSettings } from './harness/bench-settings.js';
import { runLoad } from './run-load.js';
import { spread } from './statistics.js';

const { rounds, total, commits } = benchSettings('relay');
const batches = [1, 10, 100, 200, 500];

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
const admin = new pg.Pool({ connectionString: adminUrl, max: 20 });
const relay = new pg.Pool({ connectionString: serviceUrl(adminUrl, 'events', 'roundtrip'), max: 2 });
for (const pool of [admin, relay]) pool.on('error', () => {}); // the server stops before its last connection has gone
const place = outboxPlace('order');

/** Facts of 500 bytes about a hundred aggregates, as if the log had been empty. */
async function fill(rows: number): Promise<void> {
  await admin.query('truncate "order".outbox, events.log');
  await admin.query(
    `insert into "order".outbox (event_id, type, type_version, aggregate_type, aggregate_id, aggregate_version, subject, occurred_at, correlation_id, data)
     select gen_random_uuid(), 'order.approved', 1, 'order', 'order-' || n % 100, n / 100 + 1, 'order-' || n % 100, clock_timestamp(), 'create-order:' || n,
       json_build_object('filling', repeat('x', 480))::text from generate_series(0, $1 - 1) n`,
    [rows],
  );
  await admin.query('analyze "order".outbox');
}

async function perSecond(rows: number, work: () => Promise<unknown>): Promise<number> {
  await fill(rows);
  const since = performance.now();
  await work();
  return (rows / (performance.now() - since)) * 1_000;
}

const drain = (batch: number) => async () => {
  while ((await moveOutbox(relay, place, { batch })).taken > 0);
};

/** The same rows, copied into the same table in one statement, without any rule. */
const floor = () =>
  admin.query(
    sql`insert into events.log (service, ${eventColumnList}) select 'order', ${eventColumnList} from "order".outbox order by id`,
  );

const figures: Record<string, number[]> = { floor: [] };
for (const batch of batches) figures[`batch ${batch}`] = [];
const notified: Record<'on' | 'off', number[]> = { on: [], off: [] };
let next = 0;
for (let round = 1; round <= rounds; round++) {
  figures['floor']!.push(await perSecond(total, floor));
  for (const batch of batches) figures[`batch ${batch}`]!.push(await perSecond(Math.min(total, batch * 200), drain(batch)));
  for (const hint of round % 2 ? (['on', 'off'] as const) : (['off', 'on'] as const)) {
    const owner = new pg.Client({ connectionString: adminUrl });
    await owner.connect();
    await setOutboxHint(owner, 'order', hint);
    await owner.end();
    const { wallMs } = await runLoad({ total: commits, concurrency: 16 }, async () => {
      const n = next++;
      await admin.query(
        `insert into "order".outbox (event_id, type, type_version, aggregate_type, aggregate_id, aggregate_version, subject, occurred_at, data)
         values (gen_random_uuid(), 'order.approved', 1, 'commit', $1, 1, $1, clock_timestamp(), '{}')`,
        [`commit-${n}`],
      );
    });
    notified[hint].push((commits / wallMs) * 1_000);
  }
  console.error(`  round ${round} of ${rounds}`);
}

console.log(`\n${rounds} rounds, up to ${total} events each. Median (lowest–highest) of the rounds.\n`);
console.log('| way | events/s | of the floor |\n| --- | --- | --- |');
for (const [way, perSecond] of Object.entries(figures)) {
  const ratio = perSecond.map((value, i) => value / figures['floor']![i]!);
  console.log(`| ${way} | ${spread(perSecond, 0)} | ${spread(ratio, 2)} |`);
}
console.log('\n| NOTIFY | commits/s, 16 at once |\n| --- | --- |');
for (const [hint, perSecond] of Object.entries(notified)) console.log(`| ${hint} | ${spread(perSecond, 0)} |`);

await Promise.all([admin.end(), relay.end()]);
await server.stop();
rmSync(dataDir, { recursive: true, force: true });
