import { register } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Consumer } from '../../libs/messaging/inbox/consumer.js';
import type { Inbox } from '../../libs/messaging/inbox/inbox.js';
import { observeInbox } from '../../libs/messaging/inbox/inbox-metrics.js';
import type { LoggedEvent } from '../../libs/messaging/event/logged-event.js';
import { InboxHarness, noting } from './inbox.harness.js';

let harness: InboxHarness;
beforeAll(async () => {
  harness = await InboxHarness.create();
});
afterAll(() => harness.drop());

let aggregates = 0;
/** Versions 1 to n of a new aggregate, in the log. */
async function history(versions: number, prefix = 'a'): Promise<LoggedEvent[]> {
  const aggregate = `${prefix}${(aggregates += 1)}/`;
  return harness.append(...Array.from({ length: versions }, (_, index) => ({ aggregate, version: index + 1 })));
}
const named = (...events: (LoggedEvent | undefined)[]) =>
  events.map((event) => `${event!.aggregateId}${event!.aggregateVersion}`);

async function bring(inbox: Inbox, consumer: Consumer, events: readonly (LoggedEvent | undefined)[]): Promise<string[]> {
  const outcomes: string[] = [];
  for (const event of events) outcomes.push(await inbox.receive(consumer, event!));
  return outcomes;
}

describe.each(['latest', 'sequential', 'commutative'] as const)('an inbox in mode %s', (mode) => {
  it('gives each of the events that come twice its effect once', async () => {
    const events = await history(3);
    const consumer = noting(mode);
    const twice = events.flatMap((event) => [event, event]);
    expect(await bring(harness.inbox(), consumer, twice)).toEqual([
      'applied',
      'duplicate',
      'applied',
      'duplicate',
      'applied',
      'duplicate',
    ]);
    expect(await bring(harness.inbox(), consumer, events)).toEqual(['duplicate', 'duplicate', 'duplicate']);
    expect(await harness.effects(consumer.name)).toEqual(named(...events));
  });

  it('takes the versions of one occurrence for one fact', async () => {
    const [event] = await history(1);
    const consumer = noting(mode);
    expect(await bring(harness.inbox(), consumer, [event, { ...event!, typeVersion: 2, data: '{"n": 2}' }])).toEqual([
      'applied',
      'duplicate',
    ]);
    expect(await harness.effects(consumer.name)).toHaveLength(1);
  });

  it('keeps what consumers have received apart', async () => {
    const [event] = await history(1);
    const [one, other] = [noting(mode), noting(mode)];
    await bring(harness.inbox(), one, [event]);
    expect(await bring(harness.inbox(), other, [event])).toEqual(['applied']);
  });

  it('commits the effects, the record and the head together, or none of them', async () => {
    const [event] = await history(1);
    let broken = true;
    const consumer = noting(mode, {
      before: () => {
        if (broken) throw new Error('after the effect');
      },
    });
    await expect(harness.inbox().receive(consumer, event!)).rejects.toThrow('after the effect');
    expect(await harness.effects(consumer.name)).toEqual([]);
    broken = false;
    expect(await harness.inbox().receive(consumer, event!)).toBe('applied');
    expect(await harness.effects(consumer.name)).toEqual(named(event));
    expect((await harness.letters(harness.inbox(), consumer).list({ consumer: consumer.name, limit: 9 })).length).toBe(0);
  });

  it('gives an event one effect when many members receive it at once', async () => {
    const events = await history(4);
    const consumer = noting(mode);
    const members = Array.from({ length: 4 }, () => harness.inbox());
    for (const event of events) {
      const outcomes = await Promise.all(members.map((inbox) => inbox.receive(consumer, event)));
      expect(outcomes.toSorted()).toEqual(['applied', 'duplicate', 'duplicate', 'duplicate']);
    }
    expect(await harness.effects(consumer.name)).toEqual(named(...events));
  });

  it('makes a dead letter of an event that fails again and again, with the reason', async () => {
    const [event] = await history(1);
    const consumer = noting(mode, {
      before: () => {
        throw new TypeError('cannot read that');
      },
    });
    const inbox = harness.inbox({ attempts: 3 });
    for (const attempt of [1, 2])
      await expect(inbox.receive(consumer, event!), `attempt ${attempt}`).rejects.toThrow('cannot read that');
    expect(await inbox.receive(consumer, event!)).toBe('dead');
    expect(await inbox.receive(consumer, event!)).toBe('duplicate');
    expect(await harness.letters(inbox, consumer).list({ consumer: consumer.name, limit: 9 })).toEqual([
      expect.objectContaining({
        state: 'dead',
        attempts: 3,
        error: 'TypeError: cannot read that',
        eventId: event!.eventId,
        data: '{"n": 1.50}',
      }),
    ]);
    expect(await harness.effects(consumer.name)).toEqual([]);
  });

  it('holds nothing against an event that the database could not take just then', async () => {
    const [event] = await history(1);
    let failures = 10;
    const consumer = noting(mode, {
      before: () => {
        failures -= 1;
        if (failures > 0) throw Object.assign(new Error('deadlock detected'), { code: '40P01' });
      },
    });
    const inbox = harness.inbox({ attempts: 2 });
    for (let attempt = 1; attempt < 10; attempt++) await expect(inbox.receive(consumer, event!)).rejects.toThrow('deadlock');
    expect(await inbox.receive(consumer, event!)).toBe('applied');
  });

  it('counts an attempt of a handler that swallows the failure of a statement, or fails a check at the end', async () => {
    const [event] = await history(1);
    const consumer = {
      ...noting(mode),
      handle: async (_event: LoggedEvent, tx: { query: (sql: string) => Promise<unknown> }) => {
        await tx.query('select 1 / 0').catch(() => {});
      },
    };
    expect(await harness.inbox({ attempts: 1 }).receive(consumer, event!)).toBe('dead');
    await harness.database.query('create table if not exists checked (a int unique deferrable initially deferred)');
    const late = {
      ...noting(mode),
      handle: async (_event: LoggedEvent, tx: { query: (sql: string) => Promise<unknown> }) => {
        await tx.query('insert into checked values (1), (1)');
      },
    };
    expect(await harness.inbox({ attempts: 1 }).receive(late, event!)).toBe('dead');
  });
});

describe('an inbox in mode latest', () => {
  it('drops what is older than what it has applied of the aggregate, and of no other', async () => {
    const [one, two, three] = await history(3);
    const [other] = await history(1);
    const consumer = noting('latest');
    expect(await bring(harness.inbox(), consumer, [three, one, two, other])).toEqual(['applied', 'stale', 'stale', 'applied']);
    expect(await harness.effects(consumer.name)).toEqual(named(three, other));
  });

  it('continues with an aggregate after a dead event, and drops that event when it is replayed', async () => {
    const [one, two] = await history(2);
    const consumer = noting('latest', {
      before: ({ aggregateVersion }) => {
        if (aggregateVersion === 1) throw new Error('not this one');
      },
    });
    const inbox = harness.inbox({ attempts: 1 });
    expect(await bring(inbox, consumer, [one, two])).toEqual(['dead', 'applied']);
    const letters = harness.letters(inbox, consumer);
    const [dead] = await letters.list({ consumer: consumer.name, limit: 9 });
    expect(await letters.replay(dead!.id)).toEqual({ outcome: 'done', released: 0 });
    expect(await letters.list({ consumer: consumer.name, limit: 9 })).toEqual([]);
    expect(await harness.effects(consumer.name)).toEqual(named(two));
  });

  it('applies no event of an unwanted type', async () => {
    const [event] = await harness.append({ aggregate: 'unwanted', version: 1, type: 'hotel.room-held' });
    const consumer = noting('latest', { types: ['order.*'] });
    expect(await bring(harness.inbox(), consumer, [event])).toEqual(['ignored']);
    expect(await harness.effects(consumer.name)).toEqual([]);
  });
});

describe('an inbox in mode sequential', () => {
  it('lets what came early wait, and applies it in order when what was missing comes', async () => {
    const [one, two, three, four] = await history(4);
    const consumer = noting('sequential');
    expect(await bring(harness.inbox(), consumer, [four, two, three, three, one])).toEqual([
      'parked',
      'parked',
      'parked',
      'duplicate',
      'applied',
    ]);
    expect(await harness.effects(consumer.name)).toEqual(named(one, two, three, four));
    expect(await bring(harness.inbox(), consumer, [two])).toEqual(['duplicate']);
  });

  it('asks the log for what is missing, once it has waited for it', async () => {
    const events = await history(5);
    const consumer = noting('sequential');
    const inbox = harness.inbox({ gapAfterMs: 5_000 });
    expect(await bring(inbox, consumer, [events[4]])).toEqual(['parked']);
    harness.forward(4.9);
    await inbox.handleParked(consumer);
    expect(await harness.effects(consumer.name)).toEqual([]);
    harness.forward(0.2);
    await inbox.handleParked(consumer);
    expect(await harness.effects(consumer.name)).toEqual(named(...events));
    expect(await bring(inbox, consumer, events)).toEqual(events.map(() => 'duplicate'));
  });

  it('counts the versions of types that it does not want, and gives them no effect', async () => {
    const [one, two, three] = await harness.append(
      { aggregate: 'mixed/', version: 1 },
      { aggregate: 'mixed/', version: 2, type: 'order.other' },
      { aggregate: 'mixed/', version: 3 },
    );
    const consumer = noting('sequential', { types: ['order.happened'] });
    expect(await bring(harness.inbox(), consumer, [one, three, two])).toEqual(['applied', 'parked', 'ignored']);
    expect(await harness.effects(consumer.name)).toEqual(named(one, three));
  });

  it('begins in the middle of an aggregate when it began after it, without waiting for what came before', async () => {
    const events = await history(3);
    const consumer = noting('sequential');
    const inbox = harness.inbox();
    await inbox.begin(consumer, 'now');
    const [four] = await harness.append({ aggregate: events[0]!.aggregateId, version: 4 });
    expect(await bring(inbox, consumer, [four, events[2]])).toEqual(['applied', 'stale']);
    const again = harness.inbox();
    await again.begin(consumer, 'now'); // a restart does not move the beginning
    const [five] = await harness.append({ aggregate: events[0]!.aggregateId, version: 5 });
    expect(await bring(again, consumer, [five])).toEqual(['applied']);
    expect(await harness.effects(consumer.name)).toEqual(named(four, five));
  });

  it('begins an aggregate where the log does when what came before has been removed from it', async () => {
    const otherHarness = await InboxHarness.create();
    try {
      const [one, two, three, four] = await otherHarness.append(
        ...[1, 2, 3, 4].map((version) => ({ aggregate: 'cut/', version })),
      );
      await otherHarness.database.query('delete from events.log where position <= $1', [two!.position]);
      const consumer = noting('sequential');
      const inbox = otherHarness.inbox();
      await inbox.begin(consumer, 'beginning');
      expect(await bring(inbox, consumer, [three, four, one])).toEqual(['applied', 'applied', 'stale']);
      expect(await otherHarness.effects(consumer.name)).toEqual(named(three, four));
    } finally {
      await otherHarness.drop();
    }
  });

  it('blocks the aggregate of a dead event and no other, and continues in order when it is replayed', async () => {
    const [one, two, three] = await history(3);
    const others = await history(2);
    let broken = true;
    const consumer = noting('sequential', {
      before: (event) => {
        if (broken && event.eventId === two!.eventId) throw new Error('poison');
      },
    });
    const inbox = harness.inbox({ attempts: 1 });
    expect(await bring(inbox, consumer, [one, two, three, ...others])).toEqual([
      'applied',
      'dead',
      'parked',
      'applied',
      'applied',
    ]);
    harness.forward(600);
    await inbox.handleParked(consumer);
    const letters = harness.letters(inbox, consumer);
    const [dead, parked] = await letters.list({ consumer: consumer.name, limit: 9 });
    expect([dead?.state, parked?.state]).toEqual(['dead', 'parked']);
    observeInbox(harness.database, () => [consumer.name]);
    const metrics = () => register.metrics();
    for (const state of ['dead', 'parked'])
      expect(await metrics()).toContain(`inbox_held_events{consumer="${consumer.name}",state="${state}"} 1\n`);
    expect(await letters.replay(dead!.id)).toMatchObject({ outcome: 'failed', error: new Error('poison') });
    expect(await letters.replay(parked!.id)).toEqual({ outcome: 'gap', missing: 1 });
    expect(await letters.release(parked!.id)).toEqual({ outcome: 'behind', first: dead!.id });
    broken = false;
    expect(await letters.replay(dead!.id)).toEqual({ outcome: 'done', released: 1 });
    expect(await metrics()).toContain(`inbox_held_events{consumer="${consumer.name}",state="dead"} 0\n`);
    expect(await harness.effects(consumer.name)).toEqual(named(one, ...others, two, three));
    expect(await letters.replay(dead!.id)).toEqual({ outcome: 'unknown' });
  });

  it('continues without a skipped event, and keeps it with the note', async () => {
    const [one, two, three] = await history(3);
    const consumer = noting('sequential', {
      before: ({ aggregateVersion }) => {
        if (aggregateVersion === 2) throw new Error('poison');
      },
    });
    const inbox = harness.inbox({ attempts: 1 });
    await bring(inbox, consumer, [one, two, three]);
    const letters = harness.letters(inbox, consumer);
    const [dead] = await letters.list({ consumer: consumer.name, state: 'dead', limit: 9 });
    expect(await letters.skip(dead!.id, 'made good by hand')).toEqual({ outcome: 'done', released: 1 });
    expect(await harness.effects(consumer.name)).toEqual(named(one, three));
    expect(await letters.list({ consumer: consumer.name, limit: 9 })).toEqual([
      expect.objectContaining({ id: dead!.id, state: 'skipped', note: 'made good by hand' }),
    ]);
    expect(await letters.skip(dead!.id, 'again')).toEqual({ outcome: 'skipped-already' });
    expect(await bring(inbox, consumer, [two])).toEqual(['duplicate']);
  });

  it('skips an event that is still failing, so that it need not come again', async () => {
    const [one, two] = await history(2);
    const consumer = noting('sequential', {
      before: ({ aggregateVersion }) => {
        if (aggregateVersion === 1) throw new Error('not yet');
      },
    });
    const inbox = harness.inbox({ attempts: 9 });
    await expect(inbox.receive(consumer, one!)).rejects.toThrow('not yet');
    const letters = harness.letters(inbox, consumer);
    const [failing] = await letters.list({ consumer: consumer.name, limit: 9 });
    expect(await letters.replay(failing!.id)).toEqual({ outcome: 'still-failing' });
    await letters.skip(failing!.id, 'never mind');
    expect(await bring(inbox, consumer, [one, two])).toEqual(['duplicate', 'applied']);
  });

  it.each(['before', 'after'])('continues past versions that an operator has decided %s the next one came', async (moment) => {
    const [one, five] = await harness.append(
      { aggregate: `gap-${moment}/`, version: 1 },
      { aggregate: `gap-${moment}/`, version: 5 },
    );
    const decide = () =>
      harness.database.query(
        `insert into events.log_gap (service, aggregate_type, aggregate_id, first_version, last_version)
         values ('order', 'thing', $1, 2, 2), ('order', 'thing', $1, 3, 4)`,
        [one!.aggregateId],
      );
    const consumer = noting('sequential');
    const inbox = harness.inbox();
    if (moment === 'before') await decide();
    await bring(inbox, consumer, [one, five]);
    const waiting = await harness.effects(consumer.name);
    expect(waiting).toEqual(moment === 'before' ? named(one, five) : named(one));
    if (moment === 'after') await decide();
    harness.forward(6);
    await inbox.handleParked(consumer);
    expect(await harness.effects(consumer.name)).toEqual(named(one, five));
    const [six] = await harness.append({ aggregate: one!.aggregateId, version: 6 });
    expect(await bring(inbox, consumer, [six])).toEqual(['applied']);
  });

  it('releases an event before which something is gone for good', async () => {
    const [one, two, three, four] = await history(4);
    await harness.database.query('delete from events.log where event_id = $1', [two!.eventId]);
    const consumer = noting('sequential');
    const inbox = harness.inbox();
    await bring(inbox, consumer, [one, three, four]);
    harness.forward(60);
    await inbox.handleParked(consumer);
    expect(await harness.effects(consumer.name)).toEqual(named(one));
    const letters = harness.letters(inbox, consumer);
    const [parked] = await letters.list({ consumer: consumer.name, limit: 9 });
    expect(await letters.replay(parked!.id)).toEqual({ outcome: 'gap', missing: 1 });
    expect(await letters.release(parked!.id)).toEqual({ outcome: 'done', released: 1 });
    expect(await harness.effects(consumer.name)).toEqual(named(one, three, four));
    expect(await bring(inbox, consumer, [two])).toEqual(['stale']);
  });

  it('tries a parked event that fails again after a pause, until it is dead', async () => {
    const [one, two, three] = await history(3);
    const consumer = noting('sequential', {
      before: ({ aggregateVersion }) => {
        if (aggregateVersion === 2) throw new Error('poison');
      },
    });
    const inbox = harness.inbox({ attempts: 2, backoffMs: () => 30_000 });
    expect(await bring(inbox, consumer, [three, two, one])).toEqual(['parked', 'parked', 'applied']);
    const letters = harness.letters(inbox, consumer);
    const states = async () =>
      (await letters.list({ consumer: consumer.name, limit: 9 })).map(({ state, attempts }) => [state, attempts]);
    expect(await states()).toEqual([
      ['parked', 0],
      ['parked', 1],
    ]);
    harness.forward(29);
    await inbox.handleParked(consumer); // the one behind it is due, but it is not
    expect(await states()).toEqual([
      ['parked', 0],
      ['parked', 1],
    ]);
    harness.forward(2);
    await inbox.handleParked(consumer);
    expect(await states()).toEqual([
      ['parked', 0],
      ['dead', 2],
    ]);
  });
});
