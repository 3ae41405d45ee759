import type { LoggedEvent } from '../logged-event.js';

/** What became of one event that was to be published; why, if it was refused. */
export type PublishResult = { published: true } | { published: false; error: Error };

/** Carries the facts of the log to consumers. What a transport is like, `capabilities` says; nothing else of it shows. */
export interface Channel {
  readonly capabilities: {
    order: 'key' | 'partition' | 'subject';
    /** How long a repeat of a publish is noticed, in milliseconds; 0 never, Infinity always. */
    dedupMs: number;
    replay: boolean;
  };
  /**
   * Hands events over, in order per partition key (`aggregateType/aggregateId` of a service). One result per event; after a refused one
   * nothing later of its key is taken.
   */
  publish(events: readonly LoggedEvent[]): Promise<readonly PublishResult[]>;
  /**
   * Events of `types` (exact `order.approved`, `order.*`; empty = all) to one member of `group` at a time, in order per key, at least once.
   * The handler resolving is the ack; throwing is a nack: the event comes again later (backoff) and nothing of its key overtakes it, while
   * other keys go on.
   */
  subscribe(
    options: { group: string; types: readonly string[]; from: 'beginning' | 'now'; concurrency?: number },
    handler: (event: LoggedEvent) => Promise<void>,
  ): Promise<ChannelSubscription>;
  close(): Promise<void>;
}

export interface ChannelSubscription {
  /** Resolves when no handler runs any more; what was not acked is delivered again to whoever subscribes next. */
  stop(): Promise<void>;
}
