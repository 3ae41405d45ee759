import { register } from 'prom-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aggregates, facts } from '../../../test/channel/facts.harness.js';
import { Listener } from '../../../test/channel/listener.harness.js';
import type { LoggedEvent } from '../event/logged-event.js';
import { GroupMember, type ReadPartition } from './group-member.js';
import type { GroupStore, HeartbeatAnswer } from './group-store.js';
import { Subscriptions } from './subscriptions.js';

const LEASE_MS = 100;

/** The state of a group with one partition and one member, which may be away. */
class OnePartition implements GroupStore {
  away = false;
  settled = 0;

  async heartbeat(): Promise<HeartbeatAnswer> {
    if (this.away) throw new Error('away');
    return { share: 1, leases: [{ partition: 0, from: this.settled }] };
  }

  async commit(settled: ReadonlyMap<number, number>): Promise<void> {
    if (this.away) throw new Error('away');
    this.settled = settled.get(0) ?? this.settled;
  }

  async release(): Promise<void> {}
  async leave(): Promise<void> {}
}

const keys = aggregates(4);
const events = facts(keys, 3);
const read: ReadPartition = async (_partition, from, into, signal) => {
  for (const [index, event] of events.entries()) if (index >= from) into.take(index + 1, event);
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
};

let store: OnePartition;
let open: () => void;
let gate: Promise<void>;
let member: GroupMember;
beforeEach(() => {
  store = new OnePartition();
  gate = new Promise((resolve) => (open = resolve));
});
afterEach(async () => {
  open();
  await member.stop();
});
const join = async (handle: (event: LoggedEvent) => Promise<void>) => {
  member = await GroupMember.join({ group: 'g', store, read, leaseMs: LEASE_MS, backoffMs: () => 1 }, handle);
  return member;
};

describe('a member that has not reached its group for longer than its lease', () => {
  it('starts nothing meanwhile, and then handles everything that was in progress and everything behind it', async () => {
    const listener = new Listener(() => gate);
    await join(listener.handle);
    await expect.poll(() => listener.given.length).toBe(keys.length);
    store.away = true;
    await expect.poll(() => member.silentMs).toBeGreaterThan(LEASE_MS);
    open();
    await expect.poll(() => listener.acked.length).toBe(keys.length);
    expect(listener.given).toHaveLength(keys.length);
    store.away = false;
    await listener.has(events);
    for (const key of keys) expect(listener.versions(key)).toEqual([1, 2, 3]);
    expect(listener.overlaps).toBe(0);
    await expect.poll(() => store.settled).toBe(events.length);
  });

  it('begins a key again only when its running handler has ended', async () => {
    const listener = new Listener(() => gate);
    await join(listener.handle);
    await expect.poll(() => listener.given.length).toBe(keys.length);
    store.away = true;
    await expect.poll(() => member.silentMs).toBeGreaterThan(LEASE_MS);
    store.away = false;
    await expect.poll(() => member.silentMs).toBeLessThan(LEASE_MS);
    expect(listener.given).toHaveLength(keys.length);
    open();
    await listener.has(events);
    expect(listener.overlaps).toBe(0);
  });
});

describe('a member whose handler never ends', () => {
  it('shows it in the metrics and in the readiness, until the event is settled', async () => {
    const subscriptions = new Subscriptions(50);
    const listener = new Listener(() => gate);
    const subscription = subscriptions.add('stalling', await join(listener.handle));
    const metric = async () =>
      Number(/^channel_oldest_unsettled_seconds\{group="stalling"\} (\S+)$/m.exec(await register.metrics())?.[1]);
    await expect.poll(metric).toBeGreaterThan(0.05);
    expect(() => subscriptions.assertDelivering()).toThrow(/^stalling: an event that was read/);
    open();
    await listener.has(events);
    await expect.poll(metric).toBe(0);
    await subscription.stop();
    expect(await metric()).toBeNaN();
  });

  it('shows in the readiness that its group cannot be reached', async () => {
    const subscriptions = new Subscriptions(LEASE_MS * 5);
    open();
    subscriptions.add('away', await join(async () => {}));
    subscriptions.assertDelivering();
    store.away = true;
    await expect.poll(() => member.silentMs).toBeGreaterThan(LEASE_MS * 5);
    expect(() => subscriptions.assertDelivering()).toThrow(/^away: the state of the group/);
  });
});
