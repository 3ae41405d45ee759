import { Logger } from '@nestjs/common';
import { pause } from '../../timing/pause.js';
import type { ChannelSubscription, EventHandler, SubscribeOptions } from './channel.js';
import { type ChannelOptions, CONCURRENCY, LEASE_MS, patientBackoffMs } from './channel-options.js';
import { countedHandler, reportNack } from './delivery-report.js';
import type { GroupStore } from './group-store.js';
import { KeyedDelivery } from './keyed-delivery.js';
import { Slots } from './slots.js';

/** Reads a partition from an offset on until the signal is given, however long outages take, and hands over what it finds. */
export type ReadPartition = (partition: number, from: number, into: KeyedDelivery, signal: AbortSignal) => Promise<void>;

export interface GroupMemberOptions extends Pick<SubscribeOptions, 'group' | 'concurrency'>, ChannelOptions {
  store: GroupStore;
  read: ReadPartition;
}

interface Held {
  delivery: KeyedDelivery;
  reading: Promise<void>;
  stopReading: AbortController;
  /** The last offset that is known to be written down, when that was, and how many events had been handled by then. */
  committed: number;
  committedAt: number;
  handled: number;
  givingBack: boolean;
}

const COMMIT_EVERY_MS = 1_000;
/** A partition in which there was nothing for the group: after a crash it is only read again, so its position may be this old. */
const COMMIT_SKIPPED_EVERY_MS = 10_000;
const BEAT_AT_LEAST_EVERY_MS = 1_000;
const log = new Logger('Channel');

/**
 * One member of a group whose partitions are leased: takes its share, delivers what is in them, writes down how far they are settled, and gives
 * back what is another's. A member that has not reached the store for a lease (it was paused, or the store was away) starts no handler, as
 * others may have its partitions. When it reaches the store again it begins all of them anew, from what is written down.
 */
export class GroupMember implements ChannelSubscription {
  private readonly held = new Map<number, Held>();
  /** What still runs of partitions that others have by now; should they come back, it has to be over first. */
  private readonly remains = new Map<number, Promise<void>>();
  private readonly draining = new Set<KeyedDelivery>();
  private readonly handler: EventHandler;
  private readonly slots: Slots;
  private readonly leaseMs: number;
  private readonly silenced = new AbortController();
  private readonly loops: Promise<void>[] = [];
  private heardAt = -Infinity;
  private failing = false;
  private leaving: Promise<void> | undefined;

  private constructor(
    private readonly options: GroupMemberOptions,
    handler: EventHandler,
  ) {
    this.leaseMs = options.leaseMs ?? LEASE_MS;
    this.slots = new Slots(options.concurrency ?? CONCURRENCY);
    this.handler = countedHandler(options.group, handler);
  }

  /** @throws what the store throws at the first beat. */
  static async join(options: GroupMemberOptions, handler: EventHandler): Promise<GroupMember> {
    const member = new GroupMember(options, handler);
    await member.beat();
    options.store.onChange?.(() => void member.attempt(() => member.beat()));
    member.loops.push(
      member.every(Math.min(BEAT_AT_LEAST_EVERY_MS, member.leaseMs / 4), () => member.beat()),
      member.every(COMMIT_EVERY_MS, () => member.commit()),
    );
    return member;
  }

  get oldestUnsettledMs(): number {
    const deliveries = [...[...this.held.values()].map(({ delivery }) => delivery), ...this.draining];
    return Math.max(0, ...deliveries.map(({ oldestUnsettledMs }) => oldestUnsettledMs));
  }

  get silentMs(): number {
    return performance.now() - this.heardAt;
  }

  stop(): Promise<void> {
    return (this.leaving ??= this.leave());
  }

  private async leave(): Promise<void> {
    // It goes on saying that it is there, so that nobody takes over what is being finished.
    await Promise.all([...this.held.values()].map(drain));
    await Promise.all(this.remains.values());
    this.silenced.abort();
    await Promise.all(this.loops);
    // Without the store the leases end by themselves.
    await this.attempt(async () => {
      await this.commit(true);
      await this.options.store.leave();
    });
    this.held.clear();
  }

  private async every(ms: number, work: () => Promise<void>): Promise<void> {
    const { signal } = this.silenced;
    for (;;) {
      await pause(ms, signal);
      if (signal.aborted) return;
      await this.attempt(work);
    }
  }

  /** A failure is said once, and so is its end. */
  private async attempt(work: () => Promise<void>): Promise<void> {
    const { group } = this.options;
    try {
      await work();
      if (this.failing) log.warn(`${group}: the state of the group can be reached again`);
      this.failing = false;
    } catch (error) {
      if (!this.failing)
        log.warn(`${group}: the state of the group cannot be reached; it is tried again: ${(error as Error).message}`);
      this.failing = true;
    }
  }

  private async beat(): Promise<void> {
    const at = performance.now();
    const { leases, share } = await this.options.store.beat();
    // A delivery may have ended, and another member may have had its partition, although the partition is this member's again.
    const lapsed = !this.isHeard() && !this.leaving;
    this.heardAt = Math.max(this.heardAt, at);
    const leased = new Set(leases.map(({ partition }) => partition));
    for (const partition of this.held.keys()) if (lapsed || !leased.has(partition)) this.lose(partition);
    if (this.leaving) return;
    const own = leases.slice(0, share);
    for (const { partition, from } of own) if (!this.held.has(partition)) this.begin(partition, from);
    for (const { partition } of leases.slice(share)) void this.giveBack(partition);
  }

  /** @param all writes down partitions in which nothing was handled, too, however new their position is. */
  private async commit(all = false): Promise<void> {
    const now = performance.now();
    const moved = [...this.held].flatMap(([partition, held]) => {
      const { settledTo, handled } = held.delivery;
      const due = all || handled > held.handled || now - held.committedAt >= COMMIT_SKIPPED_EVERY_MS;
      return due && settledTo > held.committed ? [{ partition, held, settledTo, handled }] : [];
    });
    if (moved.length === 0) return;
    await this.options.store.commit(new Map(moved.map(({ partition, settledTo }) => [partition, settledTo])));
    for (const { held, settledTo, handled } of moved) Object.assign(held, { committed: settledTo, committedAt: now, handled });
  }

  private begin(partition: number, from: number): void {
    const { group, read, backoffMs = patientBackoffMs } = this.options;
    const delivery = new KeyedDelivery({
      from,
      handler: this.handler,
      slots: this.slots,
      backoffMs,
      onNack: (event, failures, error) => reportNack(group, event, failures, error),
      holds: () => this.isHeard(),
    });
    const stopReading = new AbortController();
    const reading = (this.remains.get(partition) ?? Promise.resolve()).then(() =>
      read(partition, from, delivery, stopReading.signal),
    );
    this.held.set(partition, {
      delivery,
      reading,
      stopReading,
      committed: from,
      committedAt: performance.now(),
      handled: 0,
      givingBack: false,
    });
  }

  /** Whether the store was reached within the lease. */
  private isHeard(): boolean {
    return this.silentMs < this.leaseMs;
  }

  /** The partition may be another member's. What still runs of it is over before this member begins it anew. */
  private lose(partition: number): void {
    const held = this.held.get(partition)!;
    this.held.delete(partition);
    this.draining.add(held.delivery);
    const over = drain(held).finally(() => {
      this.draining.delete(held.delivery);
      if (this.remains.get(partition) === over) this.remains.delete(partition);
    });
    this.remains.set(partition, over);
  }

  /** Lets what runs come to its end, so that whoever has the partition next begins behind it. */
  private async giveBack(partition: number): Promise<void> {
    const held = this.held.get(partition);
    if (held?.givingBack) return;
    if (held) {
      held.givingBack = true;
      await drain(held);
    }
    if (this.held.get(partition) !== held) return; // it was lost meanwhile, and may have begun anew
    await this.attempt(async () => {
      await this.commit(true);
      await this.options.store.release([partition]);
    });
    // Where that failed, the next beat says that the partition is still this member's, and it begins anew.
    if (this.held.get(partition) === held) this.held.delete(partition);
  }
}

async function drain({ stopReading, reading, delivery }: Held): Promise<void> {
  stopReading.abort();
  const stopped = delivery.stop(); // also ends a reader's wait for room
  await reading;
  await stopped;
}
