import type { LoggedEvent } from '../event/logged-event.js';

/** What a transport is like, as far as somebody who uses it can tell. */
export interface ChannelCapabilities {
  /** What events are in order of: their partition key alone, the partition of a topic, or the subject that they were published to. A key is never split. */
  readonly order: 'key' | 'partition' | 'subject';
  /** How long the repeat of a publish is noticed, in milliseconds: 0 never, Infinity always. */
  readonly dedupMs: number;
  /** Whether a new group can have everything that the transport still keeps. */
  readonly replay: boolean;
}

/** What became of one event that was published. What was not taken may be published again; nothing later of its key has been taken. */
export type PublishResult =
  | { readonly taken: true; /** Whether the transport had it already and took nothing new. */ readonly duplicate: boolean }
  | { readonly taken: false; readonly reason: string };

/** Handles one event. Resolving acknowledges it; throwing asks for it again, later. It must bear to see an event twice. */
export type EventHandler = (event: LoggedEvent) => Promise<void>;

export interface SubscribeOptions {
  /** Members of one group share its events; each group gets all of them. How far a group has come outlives its members. */
  group: string;
  /** `order.approved`, or `order.*` for all of a service. None means all. */
  types: readonly string[];
  /**
   * Where a group begins that has never been there; an old one goes on where it was. `after` is a position of the log, up to which the group
   * needs nothing any more: an old group that is still before it goes on behind it. `now` is for listeners
   * that remember nothing: a group begins again where the channel changes or has forgotten it, and then `now` loses events.
   */
  from: 'beginning' | 'now' | { after: number };
  /** How many events this member handles at once, at the most, each of another key; 10 unless told. */
  concurrency?: number | undefined;
}

/**
 * Carries the facts of the log to consumers. What a transport is like, `capabilities` says; nothing else of it shows.
 *
 * Every transport keeps to this, and `test/channel/channel-conformance.ts` holds all of them to it: events of one partition key
 * (`partitionKeyOf`) come in order and one at a time; each comes at least once to every group, and again to another member where one dies; a
 * handler that throws gets the event again after a pause, and only events of the same key wait for it.
 */
export interface Channel {
  readonly capabilities: ChannelCapabilities;

  /**
   * Hands events over, in order per partition key. @returns one result per event, in the order of the events; after one that was not taken,
   * nothing later of its key is.
   * @throws when the transport cannot be reached: any number of the events may have been taken then.
   */
  publish(events: readonly LoggedEvent[]): Promise<readonly PublishResult[]>;

  /**
   * Takes part in a group. Resolves when the group exists, so that from then on nothing passes it by.
   * @throws when the transport cannot be reached now; later outages are logged and waited out.
   */
  subscribe(options: SubscribeOptions, handler: EventHandler): Promise<ChannelSubscription>;

  /** @throws when a subscription has been stalled for longer than a minute: an event that it was given is not settled, or its group cannot be reached. */
  assertDelivering(): void;

  /** Ends all subscriptions and connections of this channel. */
  close(): Promise<void>;
}

export interface ChannelSubscription {
  /** How long the oldest event that was read has not been settled, in milliseconds; 0 while there is none. */
  readonly oldestUnsettledMs: number;
  /** How long this member has not reached the state of its group, in milliseconds. */
  readonly silentMs: number;
  /** Resolves when no handler runs any more; what was not acknowledged is delivered again to whoever is in the group or comes next. */
  stop(): Promise<void>;
}
