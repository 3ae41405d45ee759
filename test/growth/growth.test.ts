import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fillTables, forgoDurability } from '../../bench/harness/fill-tables.js';
import { growingTables } from '../../bench/harness/growing-tables.js';
import { listenerProcesses } from '../../libs/embedded/processes.js';
import { services } from '../../libs/database/services.js';
import { type ChaosSystem, startChaosSystem } from '../chaos/chaos-system.js';
import { Receiver } from '../hooks/receiver.js';
import { eventually } from '../support/api.js';
import { EveryRoute } from './every-route.js';

const ROWS = 200_000;
const listeners = listenerProcesses.map(({ name }) => name);
const growing = growingTables.map(({ table }) => table);
/** One of those that are alike. */
const filled = growingTables.filter(({ alike }) => !alike).map(({ table }) => table);

/** Tables whose size does not follow what happens: what is for sale, one row for each follower or list, queues that are emptied. */
const bounded =
  `product resource allotment outbox bridge_signal endpoint endpoint_secret leak projection projection_mark cursor channel_cursor
   channel_member inbox_start log_floor watermark sweep_position _prisma_migrations`.split(/\s+/);

/** Read only when an operator has decided something about an aggregate or a saga. */
const onDecisions = ['events.log_gap', 'saga.settlement'];

interface Scans {
  table: string;
  sequential: number;
  byIndex: number;
}

let world: ChaosSystem;
let receiver: Receiver;

const scans = async (): Promise<Scans[]> => {
  const { rows } = await world.database.query<Scans>(
    `select schemaname || '.' || relname as "table", seq_scan::int as sequential, coalesce(idx_scan, 0)::int as "byIndex"
     from pg_stat_user_tables where schemaname || '.' || relname = any($1) order by 1`,
    [filled],
  );
  return rows;
};

beforeAll(async () => {
  receiver = await Receiver.start();
  world = await startChaosSystem({ splitWorker: false, settleLost: true, log: () => {} });
  await Promise.all(listeners.map((name) => world.embedded.stop(name)));
  await forgoDurability(world.database);
  await fillTables(world.database, ({ alike }) => (alike ? 0 : ROWS));
  await world.database.query('select pg_stat_reset()');
  // Each loop takes its first step as its process starts.
  await Promise.all(listeners.map((name) => world.embedded.start(name)));
}, 300_000);

afterAll(async () => {
  await world.stop();
  await receiver.stop();
});

describe(`with ${ROWS} rows in every table that grows`, () => {
  it('leaves out no table but those whose size is bounded', async () => {
    const { rows } = await world.database.query<{ table: string }>(
      `select schemaname || '.' || tablename as "table" from pg_tables
       where schemaname = any($1) and schemaname || '.' || tablename <> all($2) and tablename <> all($3)`,
      [services, growing, bounded],
    );
    expect(rows.map(({ table }) => table)).toEqual([]);
  });

  it(
    'reads no table sequentially, whichever route is called and whichever loop runs',
    { timeout: 180_000, retry: 0 },
    async () => {
      const { gateway, notification, hooks, saga, relay, projection } = world.embedded.addresses;
      const api = new EveryRoute(gateway, receiver.url);
      await api.callAll();
      expect(await api.left()).toEqual([]);
      const inner = ['/mails', '/mails?state=sent', '/mailbox/messages', '/mailbox/messages?to=b@example.com'];
      for (const url of inner.map((path) => new URL(path, notification))) expect((await fetch(url)).status, url.href).toBe(200);
      for (const url of [notification, hooks, saga, relay, projection]) await (await fetch(new URL('/metrics', url))).text();
      // Each table was read by those that read it: the slowest loop has come round.
      await eventually(scans, (all) => all.every(({ table, byIndex }) => byIndex > 0 || onDecisions.includes(table)));
      // PostgreSQL counts the last scans of a connection when it ends.
      await Promise.all(world.processes.map((name) => world.embedded.stop(name)));
      expect((await scans()).filter(({ sequential }) => sequential > 0)).toEqual([]);
    },
  );
});
