import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { customerOrders } from '../../apps/projection/customer-orders.projection.js';
import type { Projection } from '../../apps/projection/projection.js';
import type { DeadLetter } from '../../contracts/event/dead-letter.resource.js';
import type { Page } from '../../contracts/values/page.js';
import { InMemoryChannel } from '../../libs/messaging/channel/in-memory.channel.js';
import { approvedOrder, ProjectionHarness, registered } from './projection.harness.js';

let projection: ProjectionHarness;
beforeAll(async () => {
  projection = await ProjectionHarness.start({ fetchAfterMs: 200 });
});
afterAll(() => projection.drop());

const runner = () => projection.runner('customer-orders');
const generation = async () => (await runner().state()).generation;

/** The rows that readers see: those of the current generation, without its number. */
async function rows(): Promise<object[]> {
  const { rows: found } = await projection.database.query<{ row: object }>(
    `select to_jsonb(o) - 'generation' as row from customer_order o
     where generation = (select generation from projection where name = 'customer-orders') order by order_id`,
  );
  return found.map(({ row }) => row);
}

async function stateOrders(count: number): Promise<number> {
  let position = 0;
  for (let nr = 0; nr < count; nr++) position = await projection.state(...approvedOrder('CUST-1'));
  return position;
}

async function rebuilt(): Promise<void> {
  const wanted = await runner().rebuild();
  await expect.poll(generation, { timeout: 60_000 }).toBe(wanted);
}

describe('a rebuild', () => {
  it('makes the same of the log as it was made of the events when they came', async () => {
    await projection.state(registered('CUST-1'));
    await runner().reached(await stateOrders(30), 60_000);
    const before = await rows();
    expect(before).toHaveLength(30);
    await rebuilt();
    expect(await rows()).toEqual(before);
  });

  it('puts right what has been damaged', async () => {
    const before = await rows();
    await projection.database.query(`update customer_order set state = 'PAID'; delete from known_customer`);
    await rebuilt();
    expect(await rows()).toEqual(before);
    const { rowCount } = await projection.database.query('select from known_customer where generation = $1', [
      await generation(),
    ]);
    expect(rowCount).toBe(1);
  });

  it('shows readers all that they had, at every moment, while more comes', async () => {
    const over = new AbortController();
    const seen: number[] = [];
    const reading = (async () => {
      while (!over.signal.aborted) seen.push((await rows()).length);
    })();
    const stating = (async () => {
      while (!over.signal.aborted) await stateOrders(1);
    })();
    try {
      for (let time = 0; time < 3; time++) await rebuilt();
    } finally {
      over.abort();
      await Promise.all([reading, stating]);
    }
    expect(seen.length).toBeGreaterThan(10);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));

    const last = await stateOrders(1);
    expect(await runner().reached(last, 60_000)).toBeGreaterThanOrEqual(last);
    const live = await rows();
    await rebuilt();
    expect(await rows()).toEqual(live);
  });

  it('is one for many requests, and leaves nothing of the old generation', async () => {
    const [one, other] = await Promise.all([runner().rebuild(), runner().rebuild()]);
    expect(one).toBe(other);
    await expect.poll(generation, { timeout: 60_000 }).toBe(one);
    await expect
      .poll(
        async () =>
          (
            await projection.database.query(
              `select from customer_order where generation < $1
               union all select from inbox where consumer = any($2) union all select from inbox_head where consumer = any($2)`,
              [one, customerOrders.consumers(one - 1).map(({ name }) => name)],
            )
          ).rowCount,
        { timeout: 30_000 },
      )
      .toBe(0);
  });

  it('continues after its process has ended in the middle', async () => {
    const live = await rows();
    // As a process leaves it that dies at once.
    await projection.database.query(
      `update projection set building = generation + 1, building_since = now() where name = 'customer-orders'`,
    );
    const wanted = (await generation()) + 1;
    await expect.poll(generation, { timeout: 60_000 }).toBe(wanted);
    expect(await rows()).toEqual(live);
  });
});

it('is not read while it lacks events of the old one, until an operator has decided', async () => {
  const lost = randomUUID();
  const failing: Projection = {
    ...customerOrders,
    consumers: (generation) =>
      customerOrders.consumers(generation).map((consumer) => ({
        ...consumer,
        handle: async (event, tx) => {
          if (generation === 2 && event.aggregateId === lost && event.aggregateVersion === 1)
            throw new Error('the new code cannot take it');
          await consumer.handle(event, tx);
        },
      })),
  };
  const other = await ProjectionHarness.start({ projections: [failing] });
  try {
    const last = await other.state(...approvedOrder('CUST-1', lost), ...approvedOrder('CUST-1'));
    await other.runner('customer-orders').reached(last, 60_000);
    await other.runner('customer-orders').rebuild();
    const dead = async () => {
      const answer = await fetch(new URL('/dead-letters?state=dead', other.url));
      return ((await answer.json()) as Page<DeadLetter>).items;
    };
    await expect.poll(async () => (await dead()).length, { timeout: 60_000 }).toBe(1);
    // Long enough for it to be switched to, if nothing held it back: its other events are all there.
    await expect
      .poll(async () => (await other.runner('customer-orders').state()).rebuilding?.position, { timeout: 60_000 })
      .toBe(last);
    expect(await other.tryToSwitch('customer-orders')).toBe(1);
    await fetch(new URL(`/dead-letters/${(await dead())[0]!.id}/skip`, other.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ note: 'not needed' }),
    });
    await expect.poll(async () => (await other.runner('customer-orders').state()).generation, { timeout: 60_000 }).toBe(2);
  } finally {
    await other.drop();
  }
});

it('keeps up over a channel that loses, repeats and shuffles events', async () => {
  const channel = new InMemoryChannel({ seed: 3, shuffle: true, duplicate: 0.3, drop: 0.3 });
  const other = await ProjectionHarness.start({ channel, fetchAfterMs: 100 });
  try {
    const orders = Array.from({ length: 10 }, () => approvedOrder('CUST-1', randomUUID())).flat();
    const last = await other.state(...orders);
    await channel.publish(await other.testLog.all());
    expect(await other.runner('customer-orders').reached(last, 60_000)).toBe(last);
    const { rows: states } = await other.database.query(`select state, count(*)::int from customer_order group by state`);
    expect(states).toEqual([{ state: 'APPROVED', count: 10 }]);
  } finally {
    await other.drop();
  }
});

it('fetches what the channel does not deliver, also while the clock of its process is an hour behind', async () => {
  const other = await ProjectionHarness.start({ channel: new InMemoryChannel(), fetchAfterMs: 100 });
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 3_600_000 });
  try {
    const last = await other.state(...approvedOrder('CUST-1'));
    expect(await other.runner('customer-orders').reached(last, 20_000)).toBe(last);
  } finally {
    vi.useRealTimers();
    await other.drop();
  }
});
