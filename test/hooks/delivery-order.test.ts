import { describe, expect, it } from 'vitest';
import { newOrderId, useDeliveries } from './deliveries.harness.js';
import { ok, status } from './receiver.harness.js';

const context = useDeliveries();

describe('order', () => {
  const versions = (aggregateId: string, ...of: number[]) =>
    of.map((aggregateVersion) => ({ type: 'order.placed', aggregateId, aggregateVersion }));
  const seen = () => context.receiver.received.map(({ event }) => `${event.subject}/${event.aggregateversion}`);

  it('is kept for each aggregate, and a failing one delays no other', async () => {
    context.receiver.answer = (response, { event }) => void response.writeHead(event.subject === 'A' ? 404 : 200).end();
    await context.harness.hook({ url: context.receiver.url });
    await context.harness.log(...versions('A', 1, 2), ...versions('B', 1, 2, 3));
    await context.harness.run();
    expect(seen().filter((it) => it.startsWith('A'))).toEqual(['A/1']);
    expect(seen().filter((it) => it.startsWith('B'))).toEqual(['B/1', 'B/2', 'B/3']);
    context.receiver.answer = ok;
    context.clock.forward(5);
    await context.harness.run();
    expect(seen().filter((it) => it.startsWith('A'))).toEqual(['A/1', 'A/1', 'A/2']);
  });

  it('is kept for each service: the parts of one trip do not wait for each other', async () => {
    context.receiver.answer = (response, { event }) => void response.writeHead(event.type.includes('.hotel.') ? 404 : 200).end();
    await context.harness.hook({ url: context.receiver.url, types: ['hotel.*', 'flight.*', 'car.*', 'rail.*'] });
    const parts = ['hotel.room-reserved', 'flight.seat-reserved', 'car.car-reserved', 'rail.seat-reserved'];
    await context.harness.log(
      ...parts.map((type) => ({ type, aggregateType: 'reservation', aggregateId: 'TRIP-1', aggregateVersion: 1 })),
    );
    expect(await context.harness.run()).toBe(4);
  });

  it('lets a waiting delivery be due with its predecessor, so that no claim reads it in vain', async () => {
    context.receiver.answer = status(404);
    const hook = await context.harness.hook({ url: context.receiver.url });
    await context.harness.log(...versions('E', 1, 2, 3));
    await context.harness.run();
    const due = async () => (await context.harness.deliveriesOf(hook.hookId)).map(({ nextAttemptAt }) => nextAttemptAt);
    const inFive = new Date(context.clock.now().getTime() + 5_000).toISOString();
    expect(await due()).toEqual([inFive, inFive, inFive]);
    context.clock.forward(5);
    await context.harness.run();
    const later = new Date(context.clock.now().getTime() + 300_000).toISOString();
    expect(await due()).toEqual([later, later, later]);
    context.receiver.answer = ok;
    context.clock.forward(300);
    await context.harness.run();
    expect(seen()).toEqual(['E/1', 'E/1', 'E/1', 'E/2', 'E/3']);
  });

  it.each([
    ['the order is given up', { ordered: false }],
    ['the type of what it waits for is', { types: ['order.shipped'] }],
  ])('holds nothing back any more when %s', async (_, change) => {
    context.receiver.answer = status(404);
    const hook = await context.harness.hook({ url: context.receiver.url });
    const aggregateId = newOrderId();
    await context.harness.log(...versions(aggregateId, 1), { type: 'order.shipped', aggregateId, aggregateVersion: 2 });
    await context.harness.run();
    expect(seen()).toEqual([`${aggregateId}/1`]);
    await context.harness.endpoints.change(hook.hookId, change);
    context.receiver.answer = ok;
    await context.harness.run();
    expect(seen()).toEqual([`${aggregateId}/1`, `${aggregateId}/2`]);
  });

  it('does not wait for an exhausted delivery', async () => {
    context.receiver.answer = (response, { event }) => void response.writeHead(event.aggregateversion === 1 ? 413 : 200).end();
    await context.harness.hook({ url: context.receiver.url });
    await context.harness.log(...versions('C', 1, 2));
    await context.harness.run();
    expect(seen()).toEqual(['C/1', 'C/2']);
  });

  it('is not kept if the endpoint does not want it', async () => {
    context.receiver.answer = (response, { event }) => void response.writeHead(event.aggregateversion === 1 ? 404 : 200).end();
    await context.harness.hook({ url: context.receiver.url, ordered: false });
    await context.harness.log(...versions('D', 1, 2));
    await context.harness.run();
    expect(seen().sort()).toEqual(['D/1', 'D/2']);
  });
});
