import { describe, expect, it } from 'vitest';
import { backoffMs } from '../../../test/channel/channel.harness.js';
import { channelConformance } from '../../../test/channel/channel-conformance.js';
import { aggregates, facts } from '../../../test/channel/facts.harness.js';
import { Listener } from '../../../test/channel/listener.harness.js';
import { InMemoryChannel, type InjectedDisorder } from './in-memory.channel.js';

const conformance = (disorder?: InjectedDisorder) => ({
  capabilities: { order: 'key', dedupMs: Infinity, replay: true } as const,
  start: async () => {
    const channel = new InMemoryChannel(disorder, { backoffMs, stalledAfterMs: 200 });
    // Every opened channel is the one of this process. Only the harness ends it.
    const { capabilities } = channel;
    const shared = {
      capabilities,
      publish: channel.publish.bind(channel),
      subscribe: channel.subscribe.bind(channel),
      assertDelivering: channel.assertDelivering.bind(channel),
      close: async () => {},
    };
    return {
      open: async () => shared,
      publish: shared.publish,
      refusable: (event: Parameters<typeof channel.publish>[0][number]) => ({ ...event, data: `"${'x'.repeat(2 ** 20)}"` }),
      stop: () => channel.close(),
    };
  },
});

channelConformance('memory', conformance());

describe('an in-memory channel with injected disorder', () => {
  const events = facts(aggregates(10), 10);

  /** The events that a listener receives, in order. */
  async function given(disorder: InjectedDisorder, atLeast: number): Promise<string[]> {
    const channel = new InMemoryChannel(disorder);
    const listener = new Listener();
    await channel.subscribe({ group: 'g', types: [], from: 'now', concurrency: 1 }, listener.handle);
    await channel.publish(events);
    await expect.poll(() => listener.acked.length).toBeGreaterThanOrEqual(atLeast);
    await channel.close();
    return listener.given.map(({ eventId }) => eventId);
  }
  const ids = events.map(({ eventId }) => eventId);
  const byKey = (order: string[]) =>
    events
      .filter(({ aggregateId }) => aggregateId === events[0]!.aggregateId)
      .map(({ eventId }) => order.indexOf(eventId))
      .every((place, i, places) => i === 0 || place > places[i - 1]!);

  it('brings everything once and in order of key when it makes none', async () => {
    const order = await given({ seed: 1 }, 100);
    expect(order.toSorted()).toEqual(ids.toSorted());
    expect(byKey(order)).toBe(true);
  });

  it('shuffles, also within a key, and loses nothing', async () => {
    const order = await given({ seed: 1, shuffle: true }, 100);
    expect(order.toSorted()).toEqual(ids.toSorted());
    expect(byKey(order)).toBe(false);
  });

  it('duplicates the share that is asked for', async () => {
    const order = await given({ seed: 1, duplicate: 0.3 }, 110);
    expect(new Set(order).size).toBe(100);
    expect(order.length).toBeGreaterThan(110);
    expect(order.length).toBeLessThan(150);
  });

  it('drops the share that is asked for', async () => {
    const order = await given({ seed: 1, drop: 0.3 }, 50);
    expect(order.length).toBeGreaterThan(50);
    expect(order.length).toBeLessThan(90);
  });

  it('does the same for the same seed, and something else for another', async () => {
    const all = { shuffle: true, duplicate: 0.2, drop: 0.2 };
    const first = await given({ seed: 7, ...all }, 70);
    expect(await given({ seed: 7, ...all }, 70)).toEqual(first);
    expect(await given({ seed: 8, ...all }, 70)).not.toEqual(first);
  });
});
