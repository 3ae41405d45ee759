import { matchesTypes } from '../event/event-filter.js';
import type { LoggedEvent } from '../event/logged-event.js';
import type { ChannelSubscription, SubscribeOptions } from './channel.js';
import { STALLED_AFTER_MS } from './channel-options.js';
import { observeSubscription } from './delivery-report.js';

/** The subscriptions of a channel that are open. */
export class Subscriptions {
  private readonly open = new Map<ChannelSubscription, string>();

  constructor(private readonly stalledAfterMs = STALLED_AFTER_MS) {}

  /** @returns the subscription, which is forgotten here once it is stopped. */
  add(group: string, subscription: ChannelSubscription): ChannelSubscription {
    const unobserve = observeSubscription(group, subscription);
    const known: ChannelSubscription = {
      get oldestUnsettledMs() {
        return subscription.oldestUnsettledMs;
      },
      get silentMs() {
        return subscription.silentMs;
      },
      stop: async () => {
        await subscription.stop();
        unobserve();
        this.open.delete(known);
      },
    };
    this.open.set(known, group);
    return known;
  }

  /** @throws Error naming the first group that is stalled. */
  assertDelivering(): void {
    for (const [{ oldestUnsettledMs, silentMs }, group] of this.open) {
      if (oldestUnsettledMs > this.stalledAfterMs)
        throw new Error(`${group}: an event that was read ${seconds(oldestUnsettledMs)} s ago is not settled. Its log says why.`);
      if (silentMs > this.stalledAfterMs)
        throw new Error(`${group}: the state of the group has not been reached for ${seconds(silentMs)} s.`);
    }
  }

  /** Resolves when all of them have stopped. */
  async stop(): Promise<void> {
    await Promise.all([...this.open.keys()].map((subscription) => subscription.stop()));
  }
}

const seconds = (ms: number): number => Math.round(ms / 1_000);

/** Whether a subscription to what a broker keeps wants an event: a broker knows no positions of the log, so it is read from its beginning. */
export const isSubscribedTo = (event: LoggedEvent, types: readonly string[], from: SubscribeOptions['from']): boolean =>
  matchesTypes(event.type, types) && (typeof from === 'string' || event.position > from.after);
