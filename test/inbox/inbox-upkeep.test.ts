import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Consumer } from '../../libs/messaging/inbox/consumer.js';
import { ConsumerProgress } from '../../libs/messaging/inbox/consumer-progress.js';
import { InboxUpkeep } from '../../libs/messaging/inbox/inbox-upkeep.js';
import { InboxHarness, noting } from './inbox.harness.js';

let harness: InboxHarness;
beforeAll(async () => {
  harness = await InboxHarness.create();
});
afterAll(() => harness.drop());

const upkeep = (consumer: Consumer, retentionMs = -1_000) =>
  new InboxUpkeep({ database: harness.database, eventLog: harness.log, retentionMs, clearEveryMs: 0 }).step([
    new ConsumerProgress(harness.database, consumer),
  ]);
const rowsOf = async ({ name }: Consumer) =>
  (await harness.database.query('select from inbox where consumer = $1', [name])).rowCount;
let aggregates = 0;
const history = (versions: number, prefix = 'kept') => {
  const aggregate = `${prefix}${(aggregates += 1)}/`;
  return harness.append(...Array.from({ length: versions }, (_, index) => ({ aggregate, version: index + 1 })));
};

describe.each(['latest', 'sequential', 'commutative'] as const)('the inbox of a consumer in mode %s', (mode) => {
  it('has no rows of settled events, and still recognises repeats', async () => {
    const consumer = noting(mode);
    const inbox = harness.inbox();
    await inbox.begin(consumer, 'now');
    const events = await history(3);
    for (const event of events) await inbox.receive(consumer, event);
    await upkeep(consumer);
    expect(await rowsOf(consumer)).toBe(0);
    for (const event of events) expect(await harness.inbox().receive(consumer, event)).toBe('duplicate');
    expect(await harness.effects(consumer.name)).toHaveLength(3);
  });

  it('keeps the rows that are younger than their time', async () => {
    const consumer = noting(mode);
    await harness.inbox().begin(consumer, 'now');
    for (const event of await history(2)) await harness.inbox().receive(consumer, event);
    await upkeep(consumer, 3_600_000);
    expect(await rowsOf(consumer)).toBe(2);
  });

  it('keeps the rows behind an event that has not come yet', async () => {
    const consumer = noting(mode);
    const inbox = harness.inbox();
    await inbox.begin(consumer, 'now');
    const [late] = await history(1);
    const events = await history(2);
    for (const event of events) await inbox.receive(consumer, event);
    await upkeep(consumer);
    expect(await rowsOf(consumer)).toBe(2);
    expect(await inbox.receive(consumer, late!)).toBe('applied');
    await upkeep(consumer);
    expect(await rowsOf(consumer)).toBe(0);
  });
});

it('has each effect once while rows are removed all the time and every event comes again and again', async () => {
  const consumer = noting('commutative');
  const inbox = harness.inbox();
  await inbox.begin(consumer, 'now');
  const events = (await Promise.all(Array.from({ length: 15 }, () => history(4)))).flat();
  const over = new AbortController();
  const keeping = (async () => {
    while (!over.signal.aborted) await upkeep(consumer);
  })();
  const member = async () => {
    for (let round = 0; round < 3; round++) for (const event of events) await inbox.receive(consumer, event);
  };
  await Promise.all([member(), member(), member()]);
  over.abort();
  await keeping;
  await upkeep(consumer);
  expect((await harness.effects(consumer.name)).toSorted()).toEqual(
    events.map(({ aggregateId, aggregateVersion }) => `${aggregateId}${aggregateVersion}`).toSorted(),
  );
  expect(await rowsOf(consumer)).toBe(0);
});

it('forgets a skipped event once the log has, and its aggregate is past it', async () => {
  const consumer = noting('sequential', {
    before: ({ aggregateVersion }) => {
      if (aggregateVersion === 1) throw new Error('poison');
    },
  });
  const inbox = harness.inbox({ attempts: 1 });
  await inbox.begin(consumer, 'now');
  const [first, second] = await history(2);
  expect(await inbox.receive(consumer, first!)).toBe('dead');
  await inbox.receive(consumer, second!);
  const letters = harness.letters(inbox, consumer);
  const list = () => letters.list({ consumer: consumer.name, limit: 9 });
  await letters.skip((await list())[0]!.id, 'nobody misses it');
  await upkeep(consumer);
  expect(await list()).toHaveLength(1);
  await harness.database.query('delete from events.log where position <= $1', [second!.position]);
  await upkeep(consumer);
  expect(await list()).toEqual([]);
});

it('removes one batch at a time, and says that there is more', async () => {
  const consumer = noting('commutative');
  await harness.inbox().begin(consumer, 'now');
  const [event] = await history(1);
  await harness.inbox().receive(consumer, event!);
  await harness.database.query(
    `insert into inbox (consumer, occurrence_id, position, aggregate_key, aggregate_version)
     select $1, gen_random_uuid(), $2, 'order/thing/bulk-' || n, 1 from generate_series(1, 11000) n`,
    [consumer.name, event!.position],
  );
  const steps = new InboxUpkeep({ database: harness.database, eventLog: harness.log, retentionMs: -1_000 });
  const progress = [new ConsumerProgress(harness.database, consumer)];
  const left: (number | null)[] = [];
  do left.push(await rowsOf(consumer));
  while (await steps.step(progress));
  expect([...left, await rowsOf(consumer)]).toEqual([11_001, 6_001, 1_001, 0]);
});

it('keeps nothing of the log for a consumer that does not run, until it begins again', async () => {
  const consumer = noting('commutative');
  const readers = async () =>
    (await harness.database.query('select from log_reader where name = $1', [`consumer ${consumer.name}`])).rowCount;
  await harness.inbox().begin(consumer, 'now');
  expect(await readers()).toBe(1);
  await harness.inbox().releaseLog(consumer);
  expect(await readers()).toBe(0);
  await harness.inbox().begin(consumer, 'now');
  expect(await readers()).toBe(1);
});
