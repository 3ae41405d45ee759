import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import type { Pool } from 'pg';
import { EventLog } from '../log/event-log.js';
import { LogListener } from '../log/log-listener.js';
import { LogTail } from '../log/log-tail.js';
import type { LoggedEvent } from '../event/logged-event.js';
import type { Channel, ChannelSubscription, EventHandler, PublishResult, SubscribeOptions } from './channel.js';
import { type ChannelOptions, LEASE_MS } from './channel-options.js';
import { GroupMember, type ReadPartition } from './group-member.js';
import { PostgresGroupStore } from './postgres-group.store.js';
import { publishInOrder } from './publish-in-order.js';
import { Subscriptions } from './subscriptions.js';

/** How many members of a group can work at once. Fixed when a group is created. */
const PARTITIONS = 8;
const SCAN = 500;
const RETRY_MS = 1_000;
const log = new Logger('Channel');

/**
 * The log itself as a channel: a group is a cursor on `events.log`, in partitions by hash of the key. `publish` writes nothing, because the
 * relay has written the events. It only returns whether the log has them.
 *
 * A service that subscribes needs the right to read the log and the tables of `prisma/channel`: `libs/database/services.ts` lists both.
 */
export class PostgresChannel implements Channel {
  readonly capabilities = { order: 'key', dedupMs: Infinity, replay: true } as const;
  private readonly eventLog: EventLog;
  private readonly tail: LogTail;
  private readonly listener: LogListener;
  private readonly subscriptions: Subscriptions;
  private failing = false;

  /** @param database as the service's role; `close` ends it. */
  constructor(
    private readonly database: Pool,
    private readonly options: ChannelOptions = {},
  ) {
    this.eventLog = new EventLog(database);
    this.subscriptions = new Subscriptions(options.stalledAfterMs);
    this.listener = new LogListener(database.options, () => this.tail.hint());
    this.tail = new LogTail({
      log: {
        read: async (query) => {
          const page = await this.eventLog.read(query);
          if (this.failing) log.warn('The log can be read again.');
          this.failing = false;
          return page;
        },
      },
      pollMs: () => this.listener.pollMs,
      retryMs: RETRY_MS,
      onFailure: (error) => {
        if (!this.failing) log.warn(`The log cannot be read and is tried again: ${(error as Error).message}`);
        this.failing = true;
      },
    });
  }

  async publish(events: readonly LoggedEvent[]): Promise<readonly PublishResult[]> {
    const there = new Set((await this.eventLog.findAll(events.map(({ eventId }) => eventId))).map(({ eventId }) => eventId));
    return publishInOrder(events, async ({ eventId }) =>
      there.has(eventId)
        ? { taken: true, duplicate: true }
        : { taken: false, reason: `Event ${eventId} is not in the log, which only the relay writes: state it in an outbox.` },
    );
  }

  async subscribe({ group, types, from, concurrency }: SubscribeOptions, handler: EventHandler): Promise<ChannelSubscription> {
    this.listener.start();
    const { leaseMs = LEASE_MS } = this.options;
    const store = new PostgresGroupStore({ database: this.database, group, member: randomUUID(), leaseMs });
    const { floor, head } = await this.eventLog.bounds();
    if (typeof from === 'string') await store.create(PARTITIONS, from === 'now' ? head : floor, false);
    else await store.create(PARTITIONS, Math.max(floor, from.after), from.after >= floor);
    const read: ReadPartition = async (index, after, into, signal) => {
      for (let cursor = after; ;) {
        const page = await this.tail.next({ after: cursor, scan: SCAN, types, partition: { index, of: PARTITIONS } }, signal);
        if (page === undefined) return;
        if (page.missed)
          log.error(
            `${group}: events after position ${cursor} have been removed from the log before the group had come to them (partition ${index}); what they changed must be read from the resources themselves.`,
          );
        for (const event of page.events) {
          await into.room();
          into.take(event.position, event);
        }
        into.skipTo(page.scannedTo);
        cursor = page.scannedTo;
      }
    };
    return this.subscriptions.add(group, await GroupMember.join({ ...this.options, concurrency, group, store, read }, handler));
  }

  assertDelivering(): void {
    this.subscriptions.assertDelivering();
  }

  async close(): Promise<void> {
    await this.subscriptions.stop();
    await this.listener.stop();
    await this.database.end();
  }
}
