import { Logger } from '@nestjs/common';
import { pause } from '../../timing/pause.js';
import type { ChannelSubscription, EventHandler, SubscribeOptions } from './channel.js';
import { type ChannelOptions, CONCURRENCY, LEASE_MS, patientBackoffMs } from './channel-options.js';
import { countedHandler, reportNack } from './delivery-report.js';
import type { GroupStore } from './group-store.js';
import { KeyedDelivery } from './keyed-delivery.js';
import { Slots } from './slots.js';

/** Reads a partition from an offset until the signal aborts, and hands over the events. Outages only delay it. */
export type ReadPartition = (partition: number, from: number, into: KeyedDelivery, signal: AbortSignal) => Promise<void>;

export interface GroupMemberOptions extends Pick<SubscribeOptions, 'group' | 'concurrency'>, ChannelOptions {
  store: GroupStore;
  read: ReadPartition;
}

interface HeldPartition {
  delivery: KeyedDelivery;
  reading: Promise<void>;
  stopReading: AbortController;
  /** The last stored offset, the time of storing, and how many events had been handled by then. */
  committed: number;
  committedAt: number;
  handled: number;
  handingBack: boolean;
}

const COMMIT_EVERY_MS = 1_000;
/** The stored position of a partition without events for the group may be this old. After a crash it is only read again. */
const COMMIT_SKIPPED_EVERY_MS = 10_000;
const HEARTBEAT_AT_LEAST_EVERY_MS = 1_000;
const log = new Logger('Channel');

/**
 * One member of a group whose partitions are leased. It takes its share, delivers the events, stores how far they are settled, and hands
 * back the partitions of other members. A member that has not reached the store for a lease starts no handler, because other members may
 * have its partitions. When it reaches the store again, it begins them again from the stored offsets.
 */
export class GroupMember implements ChannelSubscription {
  private readonly held = new Map<number, HeldPartition>();
  /** Handlers that still run for partitions of other members. They must end before this member takes the partition again. */
  private readonly runningElsewhere = new Map<number, Promise<void>>();
  private readonly draining = new Set<KeyedDelivery>();
  private readonly handler: EventHandler;
  private readonly slots: Slots;
  private readonly leaseMs: number;
  private readonly silenced = new AbortController();
  private readonly loops: Promise<void>[] = [];
  private answeredAt = -Infinity;
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
    await member.heartbeat();
    options.store.onChange?.(() => void member.attempt(() => member.heartbeat()));
    member.loops.push(
      member.every(Math.min(HEARTBEAT_AT_LEAST_EVERY_MS, member.leaseMs / 4), () => member.heartbeat()),
      member.every(COMMIT_EVERY_MS, () => member.commit()),
    );
    return member;
  }

  get oldestPendingMs(): number {
    const deliveries = [...[...this.held.values()].map(({ delivery }) => delivery), ...this.draining];
    return Math.max(0, ...deliveries.map(({ oldestPendingMs }) => oldestPendingMs));
  }

  get silentMs(): number {
    return performance.now() - this.answeredAt;
  }

  stop(): Promise<void> {
    return (this.leaving ??= this.leave());
  }

  private async leave(): Promise<void> {
    // The heartbeats continue, so that no other member takes the partitions whose handlers still run.
    await Promise.all([...this.held.values()].map(drain));
    await Promise.all(this.runningElsewhere.values());
    this.silenced.abort();
    await Promise.all(this.loops);
    // If the store is unavailable, the leases expire.
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

  /** Logs the start and the end of a failure, not every attempt. */
  private async attempt(work: () => Promise<void>): Promise<void> {
    const { group } = this.options;
    try {
      await work();
      if (this.failing) log.warn(`${group}: the state of the group is reachable again`);
      this.failing = false;
    } catch (error) {
      if (!this.failing)
        log.warn(`${group}: the state of the group is unreachable and is tried again: ${(error as Error).message}`);
      this.failing = true;
    }
  }

  private async heartbeat(): Promise<void> {
    const at = performance.now();
    const { leases, share } = await this.options.store.heartbeat();
    // After a lapsed lease another member may have had the partition, although it is this member's again.
    const lapsed = !this.hasLease() && !this.leaving;
    this.answeredAt = Math.max(this.answeredAt, at);
    const leased = new Set(leases.map(({ partition }) => partition));
    for (const partition of this.held.keys()) if (lapsed || !leased.has(partition)) this.dropPartition(partition);
    if (this.leaving) return;
    const own = leases.slice(0, share);
    for (const { partition, from } of own) if (!this.held.has(partition)) this.begin(partition, from);
    for (const { partition } of leases.slice(share)) void this.handBack(partition);
  }

  /** @param all stores the positions of partitions without handled events, too, however recent they are. */
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
      holds: () => this.hasLease(),
    });
    const stopReading = new AbortController();
    const reading = (this.runningElsewhere.get(partition) ?? Promise.resolve()).then(() =>
      read(partition, from, delivery, stopReading.signal),
    );
    this.held.set(partition, {
      delivery,
      reading,
      stopReading,
      committed: from,
      committedAt: performance.now(),
      handled: 0,
      handingBack: false,
    });
  }

  /** Whether the store answered within the lease. */
  private hasLease(): boolean {
    return this.silentMs < this.leaseMs;
  }

  /** Another member may have the partition. Its running handlers end before this member begins it again. */
  private dropPartition(partition: number): void {
    const held = this.held.get(partition)!;
    this.held.delete(partition);
    this.draining.add(held.delivery);
    const over = drain(held).finally(() => {
      this.draining.delete(held.delivery);
      if (this.runningElsewhere.get(partition) === over) this.runningElsewhere.delete(partition);
    });
    this.runningElsewhere.set(partition, over);
  }

  /** Waits for the running handlers, so that the next member begins behind them. */
  private async handBack(partition: number): Promise<void> {
    const held = this.held.get(partition);
    if (held?.handingBack) return;
    if (held) {
      held.handingBack = true;
      await drain(held);
    }
    if (this.held.get(partition) !== held) return; // it was dropped meanwhile, and may have begun again
    await this.attempt(async () => {
      await this.commit(true);
      await this.options.store.release([partition]);
    });
    // After a failure the next heartbeat returns the partition to this member, which begins it again.
    if (this.held.get(partition) === held) this.held.delete(partition);
  }
}

async function drain({ stopReading, reading, delivery }: HeldPartition): Promise<void> {
  stopReading.abort();
  const stopped = delivery.stop(); // also ends a reader's wait for room
  await reading;
  await stopped;
}
