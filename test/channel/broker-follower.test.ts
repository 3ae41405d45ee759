import { randomUUID } from 'node:crypto';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Channel, PublishResult } from '../../libs/messaging/channel/channel.js';
import { InMemoryChannel } from '../../libs/messaging/channel/in-memory.channel.js';
import type { LoggedEvent } from '../../libs/messaging/event/logged-event.js';
import { TRIM_LOCK } from '../../libs/messaging/log/trim-lock.js';
import { BrokerFollower } from '../../libs/messaging/relay/broker-follower.js';
import { moveOutbox } from '../../libs/messaging/relay/move-outbox.js';
import { outboxPlace } from '../../libs/messaging/relay/outbox-place.js';
import { LogHarness } from '../events/log.harness.js';
import { eventually } from '../support/api.js';

let testLog: LogHarness;
const followers: BrokerFollower[] = [];
beforeAll(async () => {
  testLog = await LogHarness.create();
});
afterEach(async () => {
  await Promise.all(followers.splice(0).map((follower) => follower.stop()));
});
afterAll(() => testLog.drop());

/** A broker of this process that says no, or nothing at all, when the test wants it to. */
class MoodyBroker extends InMemoryChannel {
  readonly taken: LoggedEvent[] = [];
  refuses = (_event: LoggedEvent): boolean => false;
  away = false;

  override async publish(events: readonly LoggedEvent[]): Promise<readonly PublishResult[]> {
    if (this.away) throw new Error('the broker is away');
    const blocked = new Set<string>();
    return events.map((event) => {
      if (blocked.has(event.aggregateId) || this.refuses(event)) {
        blocked.add(event.aggregateId);
        return { taken: false, reason: 'not now' };
      }
      this.taken.push(event);
      return { taken: true, duplicate: false };
    });
  }

  versions(aggregateId: string): number[] {
    return this.taken.filter((event) => event.aggregateId === aggregateId).map(({ aggregateVersion }) => aggregateVersion);
  }
}

function follow(name: string, broker: Channel): BrokerFollower {
  const options = { database: testLog.log, name, open: async () => broker, logger: pino({ level: 'silent' }), retryMs: 50 };
  const follower = new BrokerFollower(options);
  followers.push(follower);
  follower.start();
  return follower;
}

async function state(aggregate: string, ...versions: number[]): Promise<void> {
  for (const version of versions) await testLog.emit({ aggregate, version });
  while ((await moveOutbox(testLog.log, outboxPlace('order'), { batch: 200 })).taken > 0);
}

async function cursor(name: string): Promise<number> {
  const { rows } = await testLog.admin.query<{ position: string }>('select position from events.cursor where name = $1', [
    `broker:${name}`,
  ]);
  return Number(rows[0]?.position ?? 0);
}

const head = async () => (await testLog.all()).at(-1)!.position;

describe('the follower of the log that publishes to a broker', () => {
  it('publishes all of the log once and in its order while nothing goes wrong', async () => {
    const [name, one, other] = [randomUUID(), randomUUID(), randomUUID()];
    await state(one, 1, 2);
    const broker = new MoodyBroker();
    follow(name, broker);
    await state(other, 1);
    await state(one, 3);
    await eventually(
      () => cursor(name),
      (position) => position > 0,
    );
    const last = await head();
    await eventually(
      () => cursor(name),
      (position) => position === last,
    );
    expect(broker.taken.map(({ position }) => position)).toEqual((await testLog.all()).map(({ position }) => position));
  });

  it('holds back the key of an event that is refused, and no other, and its cursor stays before it', async () => {
    const [name, bad, good] = [randomUUID(), randomUUID(), randomUUID()];
    const broker = new MoodyBroker();
    broker.refuses = ({ aggregateId, aggregateVersion }) => aggregateId === bad && aggregateVersion === 2;
    follow(name, broker);
    await state(bad, 1, 2, 3);
    await state(good, 1, 2);
    await state(bad, 4);
    await state(good, 3);
    await eventually(
      async () => broker.versions(good),
      (versions) => versions.length === 3,
    );
    expect(broker.versions(bad)).toEqual([1]);
    const refused = (await testLog.all()).find(
      ({ aggregateId, aggregateVersion }) => aggregateId === bad && aggregateVersion === 2,
    )!;
    await eventually(
      () => cursor(name),
      (position) => position === refused.position - 1,
    );
    broker.refuses = () => false;
    await eventually(
      async () => broker.versions(bad),
      (versions) => versions.length === 4,
    );
    expect(broker.versions(bad)).toEqual([1, 2, 3, 4]);
    const last = await head();
    await eventually(
      () => cursor(name),
      (position) => position === last,
    );
  });

  it('continues from the refused event after a restart', async () => {
    const [name, bad, good] = [randomUUID(), randomUUID(), randomUUID()];
    const before = new MoodyBroker();
    before.refuses = ({ aggregateId }) => aggregateId === bad;
    const first = follow(name, before);
    await state(bad, 1, 2);
    await state(good, 1);
    await eventually(
      async () => before.versions(good),
      (versions) => versions.length === 1,
    );
    await first.stop();
    const after = new MoodyBroker();
    follow(name, after);
    await eventually(
      async () => after.versions(bad),
      (versions) => versions.length === 2,
    );
    // It was taken before, and comes again: consumers leave it out.
    await eventually(
      async () => after.versions(good),
      (versions) => versions.length === 1,
    );
    expect(after.versions(bad)).toEqual([1, 2]);
  });

  it('waits for a broker that is away, and loses nothing', async () => {
    const [name, one] = [randomUUID(), randomUUID()];
    const broker = new MoodyBroker();
    broker.away = true;
    follow(name, broker);
    await state(one, 1, 2);
    const stood = await cursor(name);
    broker.away = false;
    await eventually(
      async () => broker.versions(one),
      (versions) => versions.length === 2,
    );
    expect(stood).toBeLessThan(await head());
  });

  it('is one at a time, and another continues where it stops', async () => {
    const [name, one] = [randomUUID(), randomUUID()];
    const brokers = [new MoodyBroker(), new MoodyBroker()];
    const first = follow(name, brokers[0]!);
    await state(one, 1);
    await eventually(
      async () => brokers[0]!.versions(one),
      (versions) => versions.length === 1,
    );
    follow(name, brokers[1]!);
    await state(one, 2);
    await eventually(
      async () => brokers[0]!.versions(one),
      (versions) => versions.length === 2,
    );
    expect(brokers[1]!.taken).toEqual([]);
    await first.stop();
    await state(one, 3);
    await eventually(
      async () => brokers[1]!.versions(one),
      (versions) => versions.length === 1,
    );
    expect(brokers[1]!.versions(one)).toEqual([3]);
    expect(brokers[0]!.versions(one)).toEqual([1, 2]);
  });

  it('begins behind what the log loses while it begins', async () => {
    const [name, one] = [randomUUID(), randomUUID()];
    await state(one, 1, 2);
    const last = await head();
    const trimming = await testLog.admin.connect();
    try {
      await trimming.query('begin');
      await trimming.query('select pg_advisory_xact_lock($1)', [TRIM_LOCK]);
      follow(name, new MoodyBroker());
      await eventually(
        () =>
          trimming.query(
            `select from pg_locks where locktype = 'advisory' and not granted and objid = $1
             and database = (select oid from pg_database where datname = current_database())`,
            [TRIM_LOCK],
          ),
        ({ rowCount }) => rowCount === 1,
      );
      await trimming.query('delete from events.log where position <= $1', [last]);
      await trimming.query('commit');
    } finally {
      trimming.release(true);
    }
    const begun = await eventually(
      () => cursor(name),
      (position) => position > 0,
    );
    expect(begun).toBe(last);
  });
});
