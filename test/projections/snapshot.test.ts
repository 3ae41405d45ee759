import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { customerOrders } from '../../apps/projection/customer-orders.projection.js';
import type { Projection } from '../../apps/projection/projection.js';
import { sagaList } from '../../apps/projection/saga-list.projection.js';
import { LogRetention } from '../../libs/messaging/relay/log-retention.js';
import { approvedOrder, ProjectionHarness, registered, type Stated } from './projection.harness.js';

const logger = pino({ level: 'silent' });
const POISON = randomUUID();
let poisoned = true;

/** The first event of one order cannot be taken, until its poison is gone. */
const picky: Projection = {
  ...customerOrders,
  consumers: (generation) =>
    customerOrders.consumers(generation).map((consumer) => ({
      ...consumer,
      handle: async (event, tx) => {
        if (poisoned && event.aggregateId === POISON && event.aggregateVersion === 1) throw new Error('poison');
        await consumer.handle(event, tx);
      },
    })),
};

let projection: ProjectionHarness;
beforeAll(async () => {
  projection = await ProjectionHarness.start({
    projections: [picky, sagaList],
    fetchAfterMs: 200,
    logRetentionMs: 1,
    inboxRetentionMs: 1,
  });
});
afterAll(() => projection.drop());

const runner = () => projection.runner('customer-orders');
const generation = async () => (await runner().state()).generation;

async function rows(): Promise<object[]> {
  const { rows: found } = await projection.database.query<{ row: object }>(
    `select to_jsonb(o) - 'generation' as row from customer_order o
     where generation = (select generation from projection where name = 'customer-orders') order by order_id`,
  );
  return found.map(({ row }) => row);
}

const logged = async () => (await projection.testLog.all()).length;

/** Removes what retention may, until the log has so many events left. */
async function trimTo(left: number): Promise<void> {
  const retention = new LogRetention({
    database: projection.testLog.log,
    outboxes: { all: async () => [] },
    retentionMs: 1,
    broker: undefined,
    sagaFloor: async () => new Date(),
    logger,
  });
  await expect
    .poll(
      async () => {
        await retention.step();
        return logged();
      },
      { timeout: 60_000 },
    )
    .toBe(left);
}

async function rebuilt(): Promise<void> {
  const wanted = await runner().rebuild();
  await expect.poll(generation, { timeout: 60_000 }).toBe(wanted);
}

const paid = (orderId: string, version = 3): Stated => ({
  type: 'order.paid',
  aggregateId: orderId,
  version,
  data: { orderId, customerId: 'CUST-1', total: { amount: 300, currency: 'EUR' } },
});

it('builds the same rows from a trimmed log, and continues with orders whose events were removed', async () => {
  const orders = Array.from({ length: 12 }, () => randomUUID());
  await projection.state(registered('CUST-1'));
  const last = await projection.state(...orders.flatMap((order) => approvedOrder('CUST-1', order)));
  await runner().reached(last, 60_000);
  const before = await rows();
  expect(before).toHaveLength(12);
  await trimTo(0);

  await rebuilt();
  expect(await rows()).toEqual(before);
  const known = await projection.database.query('select from known_customer where generation = $1', [await generation()]);
  expect(known.rowCount).toBe(1);

  // A later event of an order whose earlier events the log no longer has.
  const position = await projection.state(paid(orders[0]!));
  await runner().reached(position, 60_000);
  const { rows: now } = await projection.database.query<{ state: string }>(
    'select state from customer_order where generation = $1 and order_id = $2',
    [await generation(), orders[0]],
  );
  expect(now).toEqual([{ state: 'PAID' }]);
  const after = await rows();
  await rebuilt();
  expect(await rows()).toEqual(after);
});

it('leaves in the log what needs a decision, and what an operator skips is not in the snapshot either', async () => {
  await trimTo(0);
  const other = randomUUID();
  await projection.state(...approvedOrder('CUST-1', POISON));
  await runner().reached(await projection.state(...approvedOrder('CUST-1', other)), 60_000);
  const letters = async () =>
    ((await (await fetch(new URL('/dead-letters?state=dead', projection.url))).json()) as { items: { id: number }[] }).items;
  await expect.poll(async () => (await letters()).length, { timeout: 60_000 }).toBe(1);
  // Everything else is in the snapshot by now, and the first event that is not is the dead one.
  await trimTo(4);
  await fetch(new URL(`/dead-letters/${(await letters())[0]!.id}/skip`, projection.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ note: 'nobody misses it' }),
  });
  await trimTo(0);
  poisoned = false;
  await rebuilt();
  expect((await rows()).filter((row) => 'order_id' in row && row.order_id === POISON)).toEqual([]);
  expect((await rows()).filter((row) => 'order_id' in row && row.order_id === other)).toHaveLength(1);
});
