import { matchesTypes } from '../event/event-filter.js';
import type { LoggedEvent } from '../event/logged-event.js';
import type { ChannelSubscription, SubscribeOptions } from './channel.js';
import { STALLED_AFTER_MS } from './channel-options.js';
import { observeSubscription } from './delivery-report.js';

/** The open subscriptions of a channel. */
export class Subscriptions {
  private readonly open = new Map<ChannelSubscription, string>();

  constructor(private readonly stalledAfterMs = STALLED_AFTER_MS) {}

  /** @returns the subscription. It is removed from the list when it stops. */
  add(group: string, subscription: ChannelSubscription): ChannelSubscription {
    const unobserve = observeSubscription(group, subscription);
    const known: ChannelSubscription = {
      get oldestPendingMs() {
        return subscription.oldestPendingMs;
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

  /** @throws Error with the name of the first stalled group. */
  assertDelivering(): void {
    for (const [{ oldestPendingMs, silentMs }, group] of this.open) {
      if (oldestPendingMs > this.stalledAfterMs)
        throw new Error(`${group}: an event that was read ${seconds(oldestPendingMs)} s ago is not settled. Its log says why.`);
      if (silentMs > this.stalledAfterMs)
        throw new Error(`${group}: the state of the group has not been reached for ${seconds(silentMs)} s.`);
    }
  }

  /** Resolves when every subscription has stopped. */
  async stop(): Promise<void> {
    await Promise.all([...this.open.keys()].map((subscription) => subscription.stop()));
  }
}

const seconds = (ms: number): number => Math.round(ms / 1_000);

/** Whether a subscription wants an event. A broker knows no positions of the log, so it is read from its beginning. */
export const isSubscribedTo = (event: LoggedEvent, types: readonly string[], from: SubscribeOptions['from']): boolean =>
  matchesTypes(event.type, types) && (typeof from === 'string' || event.position > from.after);
