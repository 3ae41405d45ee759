import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Channel, ChannelSubscription, SubscribeOptions } from '../../libs/messaging/channel/channel.js';
import type { LoggedEvent } from '../../libs/messaging/event/logged-event.js';
import { eventually } from '../support/api.js';
import { type ChannelHarness, LEASE_MS } from './channel.harness.js';
import { aggregates, fact, facts } from './facts.harness.js';
import { Listener, missing, versionsOf } from './listener.harness.js';
import { MemberProcess } from './member-process.harness.js';

export interface ChannelConformance {
  capabilities: Channel['capabilities'];
  /** Or why it cannot be had here. */
  start: (() => Promise<ChannelHarness>) | string;
}

const TIMEOUT_MS = 120_000;
/** How long a database or a broker is away. */
const OUTAGE_MS = 15_000;

/** The contract of a channel. The same suite runs against every real transport. */
export function channelConformance(transport: string, { capabilities, start }: ChannelConformance): void {
  const whyNot = typeof start === 'string' ? ` (not run here: ${start})` : '';
  describe.skipIf(whyNot)(`the channel over ${transport}${whyNot}`, { timeout: TIMEOUT_MS }, () => {
    let harness: ChannelHarness;
    let channel: Channel;
    const subscriptions: ChannelSubscription[] = [];
    const channels: Channel[] = [];
    const processes: MemberProcess[] = [];

    beforeAll(async () => {
      if (typeof start !== 'string') harness = await start();
      channel = await harness.open();
    }, 600_000);
    afterEach(async () => {
      await Promise.all(processes.splice(0).map((process) => process.kill()));
      await Promise.all(subscriptions.splice(0).map((subscription) => subscription.stop()));
      await Promise.all(channels.splice(0).map((other) => other.close()));
    });
    afterAll(async () => {
      await channel?.close();
      await harness?.stop();
    });

    const group = () => `group-${randomUUID().slice(0, 8)}`;
    const listen = async (
      listener: Listener,
      options: Partial<SubscribeOptions> = {},
      on: Channel = channel,
    ): Promise<ChannelSubscription> => {
      const subscription = await on.subscribe({ group: group(), types: [], from: 'now', ...options }, listener.handle);
      subscriptions.push(subscription);
      return subscription;
    };
    const another = async (): Promise<Channel> => {
      const opened = await harness.open();
      channels.push(opened);
      return opened;
    };
    const publish = async (events: readonly LoggedEvent[]) => {
      const results = await harness.publish(events);
      expect(results.filter(({ taken }) => !taken)).toEqual([]);
    };

    it('says what it is like', () => {
      expect(channel.capabilities).toEqual(capabilities);
    });

    it('brings an event as it was, its data byte by byte', async () => {
      const listener = new Listener();
      await listen(listener);
      const [aggregate] = aggregates(1);
      const sent = fact(aggregate!, 7, {
        type: 'saga.needs-attention',
        typeVersion: 2,
        aggregateType: 'saga',
        subject: 'Zürich "5 %" / 東京',
        correlationId: 'create-order:Ö',
        causationId: 'a b',
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
        tracestate: 'vendor=1',
        data: '{"amount":10.50,"big":12345678901234567890,"a":1,"a":2,  "text":"ä\\u0000\\n😀"}',
      });
      await publish([sent]);
      await listener.has([sent]);
      const { position, recordedAt, ...rest } = listener.acked[0]!;
      const { position: _position, recordedAt: _recordedAt, ...expected } = sent;
      expect(rest).toEqual(expected);
      expect(position).toBeGreaterThan(0);
      expect(recordedAt).toBeInstanceOf(Date);
    });

    it('keeps the order of every key, and handles keys side by side', async () => {
      const keys = aggregates(20);
      const events = facts(keys, 15);
      const listener = new Listener(() => delay(2));
      await listen(listener);
      await publish(events.slice(0, 100));
      await publish(events.slice(100));
      await listener.has(events);
      for (const key of keys) expect(listener.versions(key)).toEqual(Array.from({ length: 15 }, (_, i) => i + 1));
      expect(listener.overlaps).toBe(0);
      expect(listener.busiest).toBeGreaterThan(1);
    });

    it('handles no more at once than a member wants', async () => {
      const events = facts(aggregates(12), 2);
      const listener = new Listener(() => delay(5));
      await listen(listener, { concurrency: 2 });
      await publish(events);
      await listener.has(events);
      expect(listener.busiest).toBe(2);
    });

    it('gives every group all of it', async () => {
      const listeners = [new Listener(), new Listener(), new Listener()];
      for (const listener of listeners) await listen(listener);
      const events = facts(aggregates(5), 4);
      await publish(events);
      for (const listener of listeners) await listener.has(events);
      for (const { given } of listeners) expect(missing(events, given)).toEqual([]);
    });

    it('gives what a group has asked for and nothing else', async () => {
      const [key] = aggregates(1);
      const [a, b, c] = ['order.approved', 'order.placed', 'trip.booked'].map((type, i) => fact(key!, i + 1, { type }));
      const asked = { exact: ['order.approved'], service: ['order.*'], both: ['trip.booked', 'order.placed'], all: [] };
      const listeners = new Map<string, Listener>();
      for (const [name, types] of Object.entries(asked)) {
        const listener = new Listener();
        listeners.set(name, listener);
        await listen(listener, { types });
      }
      // A listener with the last event of the second round has received its events of the first.
      const [a2, b2, c2] = ['order.approved', 'order.placed', 'trip.booked'].map((type, i) => fact(key!, i + 4, { type }));
      await publish([a!, b!, c!, a2!, b2!, c2!]);
      const wanted = {
        exact: [a!, a2!],
        service: [a!, b!, a2!, b2!],
        both: [b!, c!, b2!, c2!],
        all: [a!, b!, c!, a2!, b2!, c2!],
      };
      for (const [name, events] of Object.entries(wanted)) {
        const listener = listeners.get(name)!;
        await listener.has(events);
        expect(missing(listener.given, events), name).toEqual([]);
      }
    });

    it('starts a group now when that is asked for, and gives it nothing from before', async () => {
      const before = facts(aggregates(3), 2);
      await publish(before);
      const listener = new Listener();
      await listen(listener, { from: 'now' });
      const after = facts(aggregates(30), 1);
      await publish(after);
      await listener.has(after);
      expect(missing(before, listener.given)).toHaveLength(before.length);
    });

    it('starts a group after a position of the log, and gives it all that came later', async () => {
      const keys = aggregates(5);
      const [before, after] = [
        facts(keys, 2),
        facts(keys, 2).map((event) => ({ ...event, aggregateVersion: event.aggregateVersion + 2 })),
      ];
      const first = new Listener();
      await listen(first);
      await publish(before);
      await first.has(before);
      await publish(after);
      const listener = new Listener();
      await listen(listener, {
        from: {
          after: Math.max(...first.acked.filter(({ aggregateVersion }) => aggregateVersion <= 2).map(({ position }) => position)),
        },
      });
      await listener.has(after);
      expect(missing(before, listener.given)).toHaveLength(before.length);
    });

    it('says that it is stalled as long as an event is not settled', async () => {
      const impatient = await harness.open({ stalledAfterMs: 200 });
      channels.push(impatient);
      let open = (): void => {};
      const gate = new Promise<void>((resolve) => (open = resolve));
      const listener = new Listener(() => gate);
      const subscription = await listen(listener, {}, impatient);
      const events = facts(aggregates(1), 2);
      await publish(events);
      await expect.poll(() => subscription.oldestPendingMs, { timeout: 60_000 }).toBeGreaterThan(200);
      expect(() => impatient.assertDelivering()).toThrow('is not settled');
      open();
      await listener.has(events);
      await expect.poll(() => subscription.oldestPendingMs).toBe(0);
    });

    it.runIf(capabilities.replay)('gives a new group everything from the beginning', async () => {
      const keys = aggregates(4);
      const before = facts(keys, 5);
      await publish(before);
      const listener = new Listener();
      await listen(listener, { from: 'beginning' });
      await listener.has(before);
      for (const key of keys) expect(listener.versions(key)).toEqual([1, 2, 3, 4, 5]);
    });

    it('lets a group continue where it was, with the events that came while it had no members', async () => {
      const name = group();
      const first = new Listener();
      const before = facts(aggregates(10), 3);
      const subscription = await listen(first, { group: name });
      await publish(before);
      await first.has(before);
      await subscription.stop();
      const meanwhile = facts(aggregates(10), 3);
      await publish(meanwhile);
      const second = new Listener();
      await listen(second, { group: name }, await another());
      await second.has(meanwhile);
      // Events that were acknowledged before an orderly stop do not come again.
      expect(missing(before, second.given)).toHaveLength(before.length);
    });

    it('stops when what runs is over, and gives what was not begun to the next', async () => {
      const name = group();
      const keys = aggregates(3);
      const events = facts(keys, 3);
      let go = (): void => {};
      const gate = new Promise<void>((resolve) => (go = resolve));
      const first = new Listener(() => gate);
      const subscription = await listen(first, { group: name });
      await publish(events);
      await eventually(
        async () => first.given.length,
        (given) => given === keys.length,
      );
      let stopped = false;
      const stopping = subscription.stop().then(() => (stopped = true));
      expect(await Promise.race([stopping, delay(100, 'still running')])).toBe('still running');
      go();
      await stopping;
      expect(stopped).toBe(true);
      expect(first.acked).toHaveLength(keys.length);
      const second = new Listener();
      await listen(second, { group: name });
      await second.has(events.filter(({ aggregateVersion }) => aggregateVersion > 1));
      expect(first.given).toHaveLength(keys.length);
    });

    it('delivers a failed event again before later ones of its key, while other keys continue', async () => {
      const [bad, ...good] = aggregates(6);
      const events = facts([bad!, ...good], 4);
      let mended = false;
      const listener = new Listener(({ aggregateId, aggregateVersion }) => {
        if (aggregateId === bad && aggregateVersion === 2 && !mended) throw new Error('poison');
      });
      await listen(listener);
      await publish(events);
      await listener.has(events.filter(({ aggregateId }) => aggregateId !== bad));
      // It was tried more than once, and nothing of its key has gone by.
      await eventually(
        async () => listener.given.filter(({ aggregateId }) => aggregateId === bad).length,
        (tries) => tries >= 4,
      );
      expect(listener.versions(bad!)).toEqual([1]);
      const later = facts(aggregates(10), 1);
      await publish(later);
      await listener.has(later);
      expect(versionsOf(listener.given, bad!)).toEqual([1, 2]);
      mended = true;
      await listener.has(events);
      expect(listener.versions(bad!)).toEqual([1, 2, 3, 4]);
    });

    it('brings what failed again to the group after a restart, in order', async () => {
      const name = group();
      const [bad, good] = aggregates(2);
      const events = facts([bad!, good!], 3);
      const first = new Listener(({ aggregateId }) => {
        if (aggregateId === bad) throw new Error('poison');
      });
      const subscription = await listen(first, { group: name });
      await publish(events);
      await first.has(events.filter(({ aggregateId }) => aggregateId === good));
      await eventually(
        async () => first.given.filter(({ aggregateId }) => aggregateId === bad).length,
        (tries) => tries > 0,
      );
      await subscription.stop();
      const second = new Listener();
      await listen(second, { group: name }, await another());
      await second.has(events.filter(({ aggregateId }) => aggregateId === bad));
      expect(second.versions(bad!)).toEqual([1, 2, 3]);
    });

    it('shares the events of a group among its members, each key with one of them', async () => {
      const name = group();
      const members = [new Listener(() => delay(2)), new Listener(() => delay(2))];
      await listen(members[0]!, { group: name });
      await listen(members[1]!, { group: name }, await another());
      const keys = aggregates(40);
      const all: LoggedEvent[] = [];
      // Until both have had something: who has which part of it is settled within a while.
      await eventually(
        async () => {
          const round = facts(keys, 1).map((event) => ({ ...event, aggregateVersion: all.length / keys.length + 1 }));
          all.push(...round);
          await publish(round);
          await delay(50);
          return members.every(({ acked }) => acked.length > 10);
        },
        (shared) => shared,
      );
      const both = () => members.flatMap(({ acked }) => acked);
      await eventually(
        async () => missing(all, both()),
        (left) => left.length === 0,
      );
      for (const { overlaps } of members) expect(overlaps).toBe(0);
      for (const member of members)
        for (const key of keys) expect(member.versions(key)).toEqual(member.versions(key).toSorted((a, b) => a - b));
    });

    it('returns the outcome of each event, and takes nothing of a key after a refused event', async () => {
      const [one, other] = aggregates(2);
      const [first, second, third] = facts([one!], 3);
      const [elsewhere] = facts([other!], 1);
      const listener = new Listener();
      await listen(listener);
      await harness.publish([first!]);
      const results = await channel.publish([harness.refusable(second!), third!]);
      expect(results).toEqual([
        { taken: false, reason: expect.stringContaining(second!.eventId) as string },
        { taken: false, reason: expect.stringContaining(second!.eventId) as string },
      ]);
      await publish([elsewhere!]);
      await listener.has([first!, elsewhere!]);
      // Once it can be taken, it goes in before what follows it.
      await publish([second!, third!]);
      await listener.has([second!, third!]);
      expect(listener.versions(one!)).toEqual([1, 2, 3]);
    });

    it(`${capabilities.dedupMs > 0 ? 'notices' : 'does not notice'} that it is given an event twice`, async () => {
      const listener = new Listener();
      await listen(listener);
      const [key] = aggregates(1);
      const [first, second] = facts([key!], 2);
      await publish([first!]);
      const [repeated] = await harness.publish([first!]);
      expect(repeated).toEqual({ taken: true, duplicate: capabilities.dedupMs > 0 });
      await publish([second!]);
      await listener.has([second!]);
      const times = listener.given.filter(({ eventId }) => eventId === first!.eventId).length;
      expect(times).toBe(capabilities.dedupMs > 0 ? 1 : 2);
    });

    describe.each<[string, (member: MemberProcess, harness: ChannelHarness) => Promise<void>]>([
      [
        'is paused for longer than its lease',
        async (member) => {
          member.signal('SIGSTOP');
          await delay(LEASE_MS + 2_000);
          member.signal('SIGCONT');
        },
      ],
      [
        'loses its database or its broker for longer than its lease',
        async (_member, { outage }) => {
          const end = outage!();
          await delay(OUTAGE_MS);
          end();
        },
      ],
    ])('with a member that %s', (_what, interrupt) => {
      it('handles what was in progress, all that was behind it and all that comes later', async ({ skip }) => {
        if (!harness.environment) return skip('the members of this transport are of one process');
        const member = await MemberProcess.start(harness.environment, { group: group(), types: [], from: 'now', workMs: 200 });
        processes.push(member);
        const keys = aggregates(20);
        const events = facts(keys, 4);
        await publish(events);
        await eventually(
          async () => member.acked.length,
          (acked) => acked > 10,
        );
        expect(member.acked.length).toBeLessThan(events.length);
        await interrupt(member, harness);
        const all = () => missing([...events, ...later], member.acked);
        const later: LoggedEvent[] = [];
        await eventually(
          async () => all(),
          (left) => left.length === 0,
        );
        later.push(...facts(keys, 1).map((event) => ({ ...event, aggregateVersion: 5 })));
        await publish(later);
        await eventually(
          async () => all(),
          (left) => left.length === 0,
        );
        const known = new Map([...events, ...later].map((event) => [event.eventId, event]));
        const given = member.given.flatMap(({ eventId }) => known.get(eventId) ?? []);
        for (const key of keys) expect(versionsOf(given, key)).toEqual([1, 2, 3, 4, 5]);
      });
    });

    describe('with a member that is killed', () => {
      it('gives its events in progress, and all later ones, to other members', async ({ skip }) => {
        if (!harness.environment) return skip('the members of this transport are of one process');
        const name = group();
        const keys = aggregates(20);
        const dying = await MemberProcess.start(harness.environment, { group: name, types: [], from: 'now', hangAfter: 10 });
        processes.push(dying);
        const events = facts(keys, 3);
        await publish(events);
        await eventually(
          async () => dying.given.length,
          (given) => given > 10,
        );
        const acked = dying.acked.slice();
        await dying.kill();
        const survivor = new Listener();
        await listen(survivor, { group: name });
        await eventually(
          async () => missing(events, [...survivor.acked, ...acked]),
          (left) => left.length === 0,
        );
        for (const key of keys) {
          const versions = survivor.versions(key);
          expect(versions).toEqual([1, 2, 3].slice(3 - versions.length));
        }
        const later = facts(keys, 1).map((event) => ({ ...event, aggregateVersion: 4 }));
        await publish(later);
        await survivor.has(later);
      });
    });
  });
}
