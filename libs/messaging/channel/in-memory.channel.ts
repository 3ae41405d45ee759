import type { LoggedEvent } from '../event/logged-event.js';
import type { Channel, ChannelSubscription, EventHandler, PublishResult, SubscribeOptions } from './channel.js';
import { type ChannelOptions, CONCURRENCY, patientBackoffMs } from './channel-options.js';
import { countedHandler, reportNack } from './delivery-report.js';
import { KeyedDelivery } from './keyed-delivery.js';
import { publishInOrder } from './publish-in-order.js';
import { Slots } from './slots.js';
import { isSubscribedTo, Subscriptions } from './subscriptions.js';

/** Disorder that a test injects to see whether a consumer tolerates it. The same seed disorders the same events in the same way. */
export interface InjectedDisorder {
  seed: number;
  /** Events of one publish or replay come in a random order, also within a key. No real channel may do that. */
  shuffle?: boolean;
  /** The share of events that come twice, from 0 to 1. Every channel may do that. */
  duplicate?: number;
  /** The share of events that never come, from 0 to 1. No real channel may do that. */
  drop?: number;
}

const MAX_BYTES = 1_048_576;

/**
 * A channel within one process, for tests. It keeps nothing beyond the process, and `close` ends it for every subscriber. It refuses events
 * with more than 1 MiB of data, so that tests can cause a refusal.
 */
export class InMemoryChannel implements Channel {
  readonly capabilities = { order: 'key', dedupMs: Infinity, replay: true } as const;
  private readonly log: LoggedEvent[] = [];
  private readonly known = new Set<string>();
  private readonly groups = new Map<string, InMemoryGroup>();
  private readonly subscriptions: Subscriptions;
  private readonly random: () => number;

  constructor(
    private readonly disorder: InjectedDisorder = { seed: 0 },
    private readonly options: Pick<ChannelOptions, 'backoffMs' | 'stalledAfterMs'> = {},
  ) {
    this.subscriptions = new Subscriptions(options.stalledAfterMs);
    this.random = seededRandom(disorder.seed);
  }

  async publish(events: readonly LoggedEvent[]): Promise<readonly PublishResult[]> {
    const taken: LoggedEvent[] = [];
    const results = await publishInOrder(events, async (event) => {
      if (Buffer.byteLength(event.data) > MAX_BYTES)
        return { taken: false, reason: `The data of ${event.eventId} are larger than ${MAX_BYTES} bytes.` };
      if (this.known.has(event.eventId)) return { taken: true, duplicate: true };
      this.known.add(event.eventId);
      taken.push(event);
      return { taken: true, duplicate: false };
    });
    this.log.push(...taken);
    for (const group of this.groups.values()) group.take(this.disturbed(taken));
    return results;
  }

  async subscribe(options: SubscribeOptions, handler: EventHandler): Promise<ChannelSubscription> {
    let group = this.groups.get(options.group);
    if (!group) {
      group = new InMemoryGroup(options, this.options.backoffMs ?? patientBackoffMs);
      this.groups.set(options.group, group);
      if (options.from !== 'now') group.take(this.disturbed(this.log));
    }
    return this.subscriptions.add(options.group, group.join(countedHandler(options.group, handler)));
  }

  assertDelivering(): void {
    this.subscriptions.assertDelivering();
  }

  async close(): Promise<void> {
    await Promise.all([...this.groups.values()].map((group) => group.close()));
    await this.subscriptions.stop();
  }

  private disturbed(events: readonly LoggedEvent[]): LoggedEvent[] {
    const { shuffle = false, duplicate = 0, drop = 0 } = this.disorder;
    const left = events.filter(() => drop === 0 || this.random() >= drop);
    const repeated = left.flatMap((event) => (duplicate > 0 && this.random() < duplicate ? [event, event] : [event]));
    if (!shuffle) return repeated;
    for (let last = repeated.length - 1; last > 0; last--) {
      const other = Math.floor(this.random() * (last + 1));
      [repeated[last], repeated[other]] = [repeated[other]!, repeated[last]!];
    }
    return repeated;
  }
}

interface Member {
  handler: EventHandler;
  running: Set<Promise<void>>;
}

/** One delivery for all members. They take turns. Without a member the events wait. */
class InMemoryGroup {
  private readonly delivery: KeyedDelivery;
  private members: Member[] = [];
  private waiting: (() => void)[] = [];
  private closed = false;
  private taken = 0;

  constructor(
    private readonly subscribed: SubscribeOptions,
    backoffMs: (failures: number) => number,
  ) {
    const { group, concurrency = CONCURRENCY } = subscribed;
    this.delivery = new KeyedDelivery({
      from: 0,
      handler: (event) => this.handle(event),
      slots: new Slots(concurrency),
      backoffMs,
      onNack: (event, failures, error) => {
        if (!this.closed) reportNack(group, event, failures, error);
      },
    });
  }

  take(events: readonly LoggedEvent[]): void {
    const { types, from } = this.subscribed;
    for (const event of events) if (isSubscribedTo(event, types, from)) this.delivery.take((this.taken += 1), event);
  }

  join(handler: EventHandler): ChannelSubscription {
    const member: Member = { handler, running: new Set() };
    this.members.push(member);
    this.wakeWaiting();
    const { delivery } = this;
    return {
      silentMs: 0,
      get oldestPendingMs() {
        return delivery.oldestPendingMs;
      },
      stop: async () => {
        this.members = this.members.filter((other) => other !== member);
        await Promise.allSettled(member.running);
      },
    };
  }

  async close(): Promise<void> {
    this.closed = true;
    this.wakeWaiting();
    await this.delivery.stop();
  }

  private wakeWaiting(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }

  private async handle(event: LoggedEvent): Promise<void> {
    for (;;) {
      const member = this.members.shift();
      if (member) {
        this.members.push(member);
        const run = member.handler(event);
        member.running.add(run);
        return run.finally(() => member.running.delete(run));
      }
      if (this.closed) throw new Error('The channel was closed.');
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }
}

/** Mulberry32: numbers from 0 to 1 that look random and are the same for the same seed. */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
