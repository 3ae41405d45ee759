import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Order } from '../../contracts/order/order.resource.js';
import type { EventPage } from '../../contracts/event/event-feed.js';
import type { ProjectedPage } from '../../contracts/projection/projection.resource.js';
import type { SagaPage } from '../../contracts/saga/saga.resource.js';
import { sequenceOf } from '../../libs/messaging/event/render-event.js';
import { rebuildProjections } from '../../scripts/rebuild-projections.js';
import { call, ended, eventually, order, placeOrder, richestCustomer, viaGateway } from '../support/api.js';
import { unreachableAddress, startTestGateway } from '../support/gateway.harness.js';
import { whileNothingIsRelayed } from '../support/relay.js';
import { system } from '../support/system.js';

let customerId: string;
beforeAll(async () => {
  customerId = await richestCustomer();
});

const command = async (path: string, body?: object) => {
  const { status, body: answer } = await call('POST', path, body, { prefer: 'wait=30' });
  expect(status, JSON.stringify(answer)).toBeLessThan(202);
};
const ordersOf = async (query = '') =>
  (await call<ProjectedPage<Order>>('GET', `/v1/customers/${customerId}/orders${query}`)).body;
const sagas = async (query: string) => (await call<SagaPage>('GET', `/v1/sagas?${query}`)).body;
const shown = async (orderId: string) => (await ordersOf('?limit=200')).items.find((item) => item.orderId === orderId);

describe("a customer's orders", () => {
  it('equal those of the order service at once, in every state', async () => {
    const place = async (euros = 2) => {
      const { orderId, sagaId } = await placeOrder(customerId, euros);
      await ended(sagaId);
      return orderId;
    };
    const approved = await place();
    const rejected = await place(900_000);
    const unknown = await placeOrder(customerId, 1, [{ sku: 'NO-SUCH', quantity: 1 }]);
    await ended(unknown.sagaId);
    const revised = await place();
    await command(`/v1/orders/${revised}/revise`, { lines: [{ sku: 'SKU-TOKEN', quantity: 5 }] });
    const unrevised = await place();
    await command(`/v1/orders/${unrevised}/revise`, { lines: [{ sku: 'SKU-TOKEN', quantity: 900_000 }] });
    const cancelled = await place();
    await command(`/v1/orders/${cancelled}/cancel`);
    const unpaid = await place();
    await command(`/v1/orders/${unpaid}/pay`, { paymentMethod: 'pm_declined' });
    const shipped = await place();
    await command(`/v1/orders/${shipped}/pay`, { paymentMethod: 'pm_ok' });
    await command(`/v1/orders/${shipped}/ship`);
    const all = [approved, rejected, unknown.orderId, revised, unrevised, cancelled, unpaid, shipped];
    for (const orderId of all) {
      const { commandCount: _, ...expected } = await order(orderId);
      expect(await shown(orderId), orderId).toEqual(expected);
    }
  });

  it('are as of the position that was asked for, which an event of the feed says', async () => {
    const { orderId, sagaId } = await placeOrder(customerId, 1);
    await ended(sagaId);
    const { items } = await eventually(
      async () => (await call<EventPage>('GET', `/v1/events?subject=${orderId}&limit=10`)).body,
      ({ items }) => items.some(({ type }) => type.includes('order.approved')),
    );
    const sequence = items.at(-1)!.sequence;
    const { asOf, items: found } = await ordersOf(`?at=${sequence}&limit=200`);
    expect(asOf >= sequence).toBe(true);
    expect(found.find((item) => item.orderId === orderId)?.state).toBe('APPROVED');
  });

  it('are answered as they were when what is committed cannot come into the log soon', async () => {
    await whileNothingIsRelayed(async (head) => {
      await ordersOf(`?at=${head}`);
      const { orderId, sagaId } = await placeOrder(customerId, 1);
      await ended(sagaId);
      const { asOf, items } = await ordersOf('?limit=200');
      expect(asOf).toBe(sequenceOf(head));
      expect(items.map((item) => item.orderId)).not.toContain(orderId);
    });
  });
});

describe('the list of sagas', () => {
  it('has a saga from the moment at which it was started', async () => {
    for (let time = 0; time < 5; time++) {
      const { orderId, sagaId } = await placeOrder(customerId, 1);
      await eventually(
        () => sagas(`businessId=${orderId}`),
        // From the read model, not from Temporal.
        ({ items, asOf }) => items.length === 1 && asOf !== null,
      );
      await ended(sagaId);
      const { items } = await eventually(
        () => sagas(`businessId=${orderId}&state=COMPLETED`),
        ({ items }) => items.length === 1,
      );
      expect(items[0]).toMatchObject({
        sagaId,
        endedAt: expect.any(String),
        links: { temporalUi: expect.stringContaining(sagaId) },
      });
    }
  });

  it('comes from Temporal while the read model is unavailable, with a cursor that continues there', async () => {
    const gateway = await startTestGateway({ PROJECTION_URL: `http://${unreachableAddress}` });
    try {
      const [first, second] = await viaGateway(gateway.url, async () => {
        const page = await sagas('limit=1');
        return [page, await sagas(`limit=1&after=${page.next}`)];
      });
      expect(first.asOf).toBeNull();
      expect(first.items).toHaveLength(1);
      expect(second.items[0]!.sagaId).not.toBe(first.items[0]!.sagaId);
      expect(await viaGateway(gateway.url, () => call('GET', '/v1/sagas?at=1'))).toMatchObject({ status: 503 });
    } finally {
      await gateway.close();
    }
  });

  it('continues while Temporal is unavailable', async () => {
    const gateway = await startTestGateway({ temporalAddress: unreachableAddress, SAGA_URL: `http://${unreachableAddress}` });
    try {
      const { items, asOf } = await viaGateway(gateway.url, () => sagas('limit=5'));
      expect(items.length).toBeGreaterThan(0);
      expect(asOf).toMatch(/^\d{20}$/);
    } finally {
      await gateway.close();
    }
  });
});

describe('npm run projections:rebuild', () => {
  const admin = new pg.Pool({ connectionString: system().databaseAdminUrl });
  afterAll(() => admin.end());
  const content = async (table: string) =>
    (
      await admin.query<{ row: object }>(
        `select to_jsonb(t) - 'generation' as row from projection.${table} t
         where generation = (select max(generation) from projection.projection where name = $1) order by (to_jsonb(t) - 'generation')::text`,
        [table === 'saga' ? 'saga-list' : 'customer-orders'],
      )
    ).rows;

  it('rebuilds every read model to the same rows', async () => {
    await sagas('limit=1');
    const before = await Promise.all(['customer_order', 'known_customer', 'saga'].map(content));
    expect(before.map((rows) => rows.length > 0)).toEqual([true, true, true]);
    const lines: string[] = [];
    await rebuildProjections([], (line) => lines.push(line), system().projectionUrl);
    expect(lines.join('\n')).toMatch(/customer-orders: generation \d+ is read[^]*saga-list: generation \d+ is read/);
    expect(await Promise.all(['customer_order', 'known_customer', 'saga'].map(content))).toEqual(before);
  });

  it('says which read models there are', async () => {
    await expect(rebuildProjections([randomUUID()], () => {}, system().projectionUrl)).rejects.toThrow(
      'customer-orders, saga-list',
    );
    await expect(rebuildProjections([], () => {}, `http://${unreachableAddress}`)).rejects.toThrow('PROJECTION_URL');
  });
});

it('says on its metrics how far the read models are behind', async () => {
  const text = await (await fetch(new URL('/metrics', system().projectionUrl))).text();
  for (const metric of ['projection_behind_events', 'projection_behind_seconds'])
    for (const name of ['customer-orders', 'saga-list'])
      expect(text).toMatch(new RegExp(`^${metric}\\{projection="${name}"\\} \\d`, 'm'));
});
