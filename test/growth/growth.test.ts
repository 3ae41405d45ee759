import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from '../../contracts/page.js';
import type { HookCreated } from '../../contracts/hook.resource.js';
import { type ChaosSystem, startChaosSystem } from '../chaos/chaos-system.js';
import { call, eventually, through } from '../support/api.js';
import { fillTables, filledTables, ROWS } from './fill-tables.js';

/** How often each loop runs at the least: the slowest of them sweeps once in this time. */
const SLOWEST_LOOP_MS = 30_000;
/** How long after a transaction PostgreSQL counts what it has scanned. */
const COUNTED_AFTER_MS = 12_000;
const DEEP_PAGES = 4;

interface Scans {
  table: string;
  sequential: number;
  byIndex: number;
}

/** Lists, each with its filters; every page but the first begins at a cursor. */
const lists = [
  '/v1/orders',
  '/v1/orders?state=CANCELLED',
  '/v1/orders?state=APPROVED',
  '/v1/orders?customerId=GROWTH-7',
  '/v1/orders?customerId=GROWTH-7&state=APPROVED',
  '/v1/trips',
  '/v1/trips?state=FAILED',
  '/v1/trips?customerId=GROWTH-7',
  '/v1/payments',
  '/v1/payments?orderId=growth-7',
  '/v1/reservations',
  '/v1/reservations?state=EXPIRED',
  '/v1/reservations?state=CONFIRMED',
  '/v1/reservations?tripId=growth-7',
  '/v1/customers',
  '/v1/customers/GROWTH-7/orders',
  '/v1/customers/GROWTH-7/credit/entries',
  '/v1/sagas',
  '/v1/sagas?state=COMPLETED',
  '/v1/sagas?type=createOrder',
  '/v1/sagas?customerId=GROWTH-7',
  '/v1/sagas?businessId=growth-7',
  '/v1/leaks',
  '/v1/products',
  '/v1/hotels',
  '/v1/flights',
  '/v1/cars',
  '/v1/trains',
  '/v1/dead-letters',
  '/v1/dead-letters?state=skipped',
  '/v1/dead-events',
  '/v1/dead-events?state=skipped',
  '/v1/hooks',
];

const resources = [
  '/v1/orders/growth-7',
  '/v1/trips/growth-7',
  '/v1/customers/GROWTH-7',
  '/v1/customers/GROWTH-7/credit',
  '/v1/sagas/create-order:growth-7',
  '/v1/projections',
  '/v1/events?limit=100',
  '/v1/events?after=beginning&limit=100&types=order.approved',
  '/v1/events?after=2000-01-01T00:00:00Z',
  `/v1/events?after=${new Date(Date.now() - 60_000).toISOString()}`,
  '/v1/events?subject=growth-7&after=beginning',
  '/v1/events.atom',
  '/v1/events/archive/3',
];

let world: ChaosSystem;

const scans = async (): Promise<Scans[]> => {
  const { rows } = await world.database.query<Scans>(
    `select schemaname || '.' || relname as "table", seq_scan::int as sequential, coalesce(idx_scan, 0)::int as "byIndex" from pg_stat_user_tables
     where schemaname || '.' || relname = any($1)`,
    [filledTables],
  );
  return rows;
};

/** Follows a list some pages deep. */
async function crawl(path: string): Promise<void> {
  let after = '';
  for (let page = 0; page < DEEP_PAGES; page++) {
    const { status, body } = await call<Page<unknown>>('GET', `${path}${path.includes('?') ? '&' : '?'}limit=10${after}`);
    expect(status, `GET ${path} ${JSON.stringify(body).slice(0, 300)}`).toBe(200);
    if (body.next === null) return;
    after = `&after=${encodeURIComponent(body.next)}`;
  }
}

async function read(path: string): Promise<void> {
  const response = await fetch(new URL(path, world.embedded.addresses.gateway));
  await response.text();
  expect(response.status, `GET ${path}`).toBeLessThan(300);
}

const post = async (path: string, body?: unknown) => {
  const answer = await call<Record<string, string>>('POST', path, body, { prefer: 'wait=30' });
  expect(answer.status, `POST ${path} ${JSON.stringify(answer.body)}`).toBeLessThan(300);
  return answer.body;
};

beforeAll(async () => {
  world = await startChaosSystem({ splitWorker: false, settleLost: true, log: () => {} });
  await fillTables(world.database);
  // Whoever follows the log has come to its end.
  await eventually(
    async () =>
      (
        await call<{ items: { behindEvents: number }[] }>(
          'GET',
          new URL('/v1/projections', world.embedded.addresses.gateway).href,
        )
      ).body.items,
    (projections) => projections.every(({ behindEvents }) => behindEvents === 0),
    180_000,
  );
  await eventually(
    async () =>
      (
        await world.database.query<{ done: boolean }>(
          'select c.position >= (select max(position) from events.log) as done from hooks.cursor c',
        )
      ).rows,
    ([cursor]) => cursor?.done === true,
    180_000,
  );
  await world.database.query('select pg_stat_reset()');
}, 600_000);

afterAll(async () => {
  await world.stop();
});

describe(`with ${ROWS} rows in every table that grows`, () => {
  it('no route and no loop reads a table sequentially', async () => {
    await through(world.embedded.addresses.gateway, async () => {
      for (const path of lists) await crawl(path);
      for (const path of resources) await read(path);
      const hook = (await post('/v1/hooks', { url: 'http://127.0.0.1:9/', types: ['order.*'] })) as unknown as HookCreated;
      await placeAndChange();
      const test = await post(`/v1/hooks/${hook.hookId}/test`, {});
      await post(`/v1/hooks/${hook.hookId}/recover`, { since: new Date(Date.now() - 60_000).toISOString() });
      await crawl(`/v1/hooks/${hook.hookId}/deliveries`);
      await crawl(`/v1/hooks/${hook.hookId}/deliveries?state=retrying`);
      await read(`/v1/hooks/${hook.hookId}/deliveries/${test['deliveryId']}`);
      await call('PATCH', `/v1/hooks/${hook.hookId}`, { state: 'paused' });
      await call('DELETE', `/v1/hooks/${hook.hookId}`);
      await post('/v1/projections/customer-orders/rebuild');
    });
    const { notification, hooks, saga, relay, projection } = world.embedded.addresses;
    for (const path of ['/mails', '/mails?state=sent', '/mailbox/messages', '/mailbox/messages?to=b@example.com']) {
      const response = await fetch(new URL(path, notification));
      expect(response.status, path).toBe(200);
    }
    for (const url of [notification, hooks, saga, relay, projection]) await fetch(new URL('/metrics', url));
    // Every loop has come round, and what it scanned is counted.
    await new Promise((resolve) => setTimeout(resolve, SLOWEST_LOOP_MS + COUNTED_AFTER_MS));
    const counted = await scans();
    expect(counted.filter(({ sequential }) => sequential > 0)).toEqual([]);
    expect(counted.filter(({ byIndex }) => byIndex > 0).length).toBeGreaterThan(filledTables.length / 2);
  }, 300_000);
});

async function placeAndChange(): Promise<void> {
  const lines = [{ sku: 'SKU-TOKEN', quantity: 5 }];
  for (const command of ['pay', 'cancel'] as const) {
    const { orderId } = await post('/v1/orders', { customerId: 'CUST-ALICE', lines });
    await post(`/v1/orders/${orderId}/revise`, { lines: [{ sku: 'SKU-TOKEN', quantity: 6 }] });
    await post(`/v1/orders/${orderId}/${command}`, command === 'pay' ? { paymentMethod: 'pm_ok' } : undefined);
    await read(`/v1/orders/${orderId}`);
  }
}
