import type { LoggedEvent } from '../event/logged-event.js';

/** The properties of a transport that its users can notice. */
export interface ChannelCapabilities {
  /** The scope of the order: the partition key, the partition of a topic, or the subject. A key is never split. */
  readonly order: 'key' | 'partition' | 'subject';
  /** How long a repeated publish is recognised, in milliseconds: 0 never, Infinity always. */
  readonly dedupMs: number;
  /** Whether a new group can read everything that the transport still keeps. */
  readonly replay: boolean;
}

/** The outcome of publishing one event. An event that was not taken may be published again. No later event of its key was taken. */
export type PublishResult =
  | { readonly taken: true; /** Whether the transport had it already and took nothing new. */ readonly duplicate: boolean }
  | { readonly taken: false; readonly reason: string };

/** Handles one event. Resolving acknowledges it. Throwing requests it again later. It must tolerate an event twice. */
export type EventHandler = (event: LoggedEvent) => Promise<void>;

export interface SubscribeOptions {
  /** Members of one group share its events; each group gets all events. The position of a group outlives its members. */
  group: string;
  /** `order.approved`, or `order.*` for all of a service. None means all. */
  types: readonly string[];
  /**
   * Where a new group begins. A known group continues where it was. `after` is a position of the log up to which the group needs no event:
   * a known group before it continues behind it. `now` is for listeners without a memory. It loses events when the channel changes or
   * has forgotten the group, because the group then begins again.
   */
  from: 'beginning' | 'now' | { after: number };
  /** How many events of different keys this member handles at once, at most. Default 10. */
  concurrency?: number | undefined;
}

/**
 * Delivers the events of the log to consumers. Transports differ only in their `capabilities`.
 *
 * Every transport passes `test/channel/channel-conformance.ts`. Events of one partition key (`partitionKeyOf`) come in order and one at a
 * time. Each event comes at least once to every group, and again to another member if one dies. A handler that throws gets the event again
 * after a pause, and only events of the same key wait for it.
 */
export interface Channel {
  readonly capabilities: ChannelCapabilities;

  /**
   * Publishes events, in order per partition key. @returns one result per event, in the order of the events. After an event that was not
   * taken, no later event of its key is taken.
   * @throws if the transport is unreachable. Any number of the events may have been taken then.
   */
  publish(events: readonly LoggedEvent[]): Promise<readonly PublishResult[]>;

  /**
   * Joins a group. Resolves when the group exists, so that it misses no later event.
   * @throws if the transport is unreachable now. Later outages are logged, and the subscription waits for their end.
   */
  subscribe(options: SubscribeOptions, handler: EventHandler): Promise<ChannelSubscription>;

  /** @throws if a subscription is stalled for over a minute: an event is not settled, or the state of its group is unreachable. */
  assertDelivering(): void;

  /** Ends all subscriptions and connections of this channel. */
  close(): Promise<void>;
}

export interface ChannelSubscription {
  /** The age of the oldest event that was read and is not settled, in milliseconds; 0 if there is none. */
  readonly oldestPendingMs: number;
  /** How long the state of the group has been unreachable for this member, in milliseconds. */
  readonly silentMs: number;
  /** Resolves when no handler runs any more. Events without acknowledgement go to another or a later member of the group. */
  stop(): Promise<void>;
}
