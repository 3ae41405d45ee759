import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { InMemoryChannel } from '../../libs/messaging/channel/in-memory.channel.js';
import { runConsumer } from '../../libs/messaging/inbox/run-consumer.js';
import { InboxHarness, noting } from './inbox.harness.js';

let harness: InboxHarness;
beforeAll(async () => {
  harness = await InboxHarness.create();
});
afterAll(() => harness.drop());

const log = pino({ level: 'silent' });
const events = (run: string) =>
  harness.append(...[1, 2, 3, 4, 5, 6].flatMap((version) => [1, 2, 3].map((nr) => ({ aggregate: `${run}${nr}/`, version }))));
const inOrder = (run: string) => [1, 2, 3].map((nr) => [1, 2, 3, 4, 5, 6].map((version) => `${run}${nr}/${version}`));

it('has every effect once and in order over a channel that shuffles, repeats and loses events', async () => {
  const said = await events('bad');
  const consumer = noting('sequential');
  const channel = new InMemoryChannel({ seed: 4, shuffle: true, duplicate: 0.4, drop: 0.2 }, { backoffMs: () => 1 });
  const running = await runConsumer({
    channel,
    inbox: harness.inbox({ gapAfterMs: 20, now: () => new Date() }),
    consumer,
    log,
    handleParkedEveryMs: 10,
  });
  await channel.publish(said);
  // A lost last event leaves no gap. One more event of each aggregate shows it.
  const last = await harness.append(...[1, 2, 3].map((nr) => ({ aggregate: `bad${nr}/`, version: 7 })));
  for (let again = 0; again < 8; again++) await channel.publish(last.map((event) => ({ ...event })));
  const effects = () => harness.effects(consumer.name);
  await expect.poll(async () => (await effects()).length, { timeout: 20_000 }).toBe(21);
  await running.stop();
  await channel.close();
  const all = await effects();
  expect([1, 2, 3].map((nr) => all.filter((effect) => effect.startsWith(`bad${nr}/`)))).toEqual(
    inOrder('bad').map((versions, index) => [...versions, `bad${index + 1}/7`]),
  );
});

it('continues after its process has ended, and delivers a failing event again until it is dead', async () => {
  const said = await events('poison');
  const bad = said[4]!;
  const consumer = noting('sequential', {
    before: ({ eventId }) => {
      if (eventId === bad.eventId) throw new Error('poison');
    },
  });
  const channel = new InMemoryChannel(undefined, { backoffMs: () => 1 });
  const inbox = harness.inbox({ attempts: 3 });
  const first = await runConsumer({ channel, inbox, consumer, log });
  await channel.publish(said.slice(0, 9));
  await expect.poll(async () => (await harness.effects(consumer.name)).length, { timeout: 20_000 }).toBe(7);
  await first.stop();
  const second = await runConsumer({ channel, inbox: harness.inbox({ attempts: 3 }), consumer, log });
  await channel.publish(said.slice(9));
  await expect.poll(async () => (await harness.effects(consumer.name)).length, { timeout: 20_000 }).toBe(13);
  const letters = harness.letters(inbox, consumer);
  await expect.poll(async () => (await letters.list({ consumer: consumer.name, limit: 99 })).length).toBe(5);
  expect((await letters.list({ consumer: consumer.name, limit: 99 })).map(({ state }) => state)).toEqual([
    'dead',
    ...Array.from({ length: 4 }, () => 'parked'),
  ]);
  await second.stop();
  await channel.close();
});

it('misses nothing and repeats nothing when a consumer that began with what is new changes its channel', async () => {
  const before = await events('before');
  const consumer = noting('commutative');
  const inbox = harness.inbox();
  const run = (channel: InMemoryChannel) => runConsumer({ channel, inbox, consumer, log, from: 'now' });
  const old = new InMemoryChannel();
  const first = await run(old);
  const [had] = await harness.append({ aggregate: 'had/', version: 1 });
  await old.publish([had!]);
  await expect.poll(() => harness.effects(consumer.name)).toEqual(['had/1']);
  await first.stop();
  const [meanwhile] = await harness.append({ aggregate: 'meanwhile/', version: 1 });
  const next = new InMemoryChannel();
  await next.publish([...before, had!, meanwhile!]);
  const second = await run(next);
  await expect.poll(() => harness.effects(consumer.name)).toEqual(['had/1', 'meanwhile/1']);
  await second.stop();
  await Promise.all([old.close(), next.close()]);
});
