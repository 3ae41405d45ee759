import type { ChannelSubscription } from './channel.js';

/** The subscriptions of a channel that are open. */
export class Subscriptions {
  private readonly open = new Set<ChannelSubscription>();

  /** @returns the subscription, which is forgotten here once it is stopped. */
  add(subscription: ChannelSubscription): ChannelSubscription {
    const known = {
      stop: async () => {
        await subscription.stop();
        this.open.delete(known);
      },
    };
    this.open.add(known);
    return known;
  }

  /** Resolves when all of them have stopped. */
  async stop(): Promise<void> {
    await Promise.all([...this.open].map((subscription) => subscription.stop()));
  }
}
