import { randomUUID } from 'node:crypto';
import {
  type ConsumerMessages,
  DeliverPolicy,
  jetstream,
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
  jetstreamManager,
  type StreamConfig,
} from '@nats-io/jetstream';
import { connect, headers, type MsgHdrs, type NatsConnection } from '@nats-io/transport-node';
import { Logger } from '@nestjs/common';
import type { LoggedEvent } from '../event/logged-event.js';
import { partitionOf } from '../event/partition-key.js';
import { pause } from '../../timing/pause.js';
import { NATS_ATTRIBUTE_PREFIX, NATS_PARTITIONS, NATS_SUBJECTS } from './broker-addresses.js';
import type { Channel, ChannelSubscription, EventHandler, PublishResult, SubscribeOptions } from './channel.js';
import { type ChannelOptions, LEASE_MS } from './channel-options.js';
import { type EventAttributes, fromAttributes, toAttributes } from './event-attributes.js';
import { GroupMember, type ReadPartition } from './group-member.js';
import { NatsGroupStore } from './nats-group.store.js';
import { publishInOrder } from './publish-in-order.js';
import { isSubscribedTo, Subscriptions } from './subscriptions.js';

const EVENTS = 'ROUNDTRIP_EVENTS';
const GROUPS = 'ROUNDTRIP_GROUPS';
const GROUP_SUBJECTS = 'roundtrip.groups';
const DEDUP_MS = 120_000;
const KEPT_MS = 30 * 86_400_000;
const RETRY_MS = 1_000;
const NANOS = 1_000_000;
/** Reserved for the headers of a message, which count towards the server's limit. */
const HEADER_BYTES = 4_096;
const STREAM_NOT_FOUND = 10_059;
/** The characters that CloudEvents encodes in a header: all except printable ASCII, and also space, double quote and percent. */
const NOT_PLAIN = /[^!#$&-~]+/gu;
const log = new Logger('Channel');

/**
 * NATS JetStream. An event has the subject `roundtrip.events.<partition>.<type>.v<version>` in the stream ROUNDTRIP_EVENTS, with its attributes
 * as `ce-` headers. The stream ROUNDTRIP_GROUPS has the state of groups. Both streams are created if they are missing. Existing streams are
 * used as they are, for example with replicas or another retention.
 */
export class NatsChannel implements Channel {
  readonly capabilities = { order: 'subject', dedupMs: DEDUP_MS, replay: true } as const;
  private readonly subscriptions: Subscriptions;

  private constructor(
    private readonly connection: NatsConnection,
    private readonly client: JetStreamClient,
    private readonly manager: JetStreamManager,
    private readonly options: ChannelOptions,
  ) {
    this.subscriptions = new Subscriptions(options.stalledAfterMs);
  }

  /** @throws if no server answers. */
  static async open(servers: string, name: string, options: ChannelOptions = {}): Promise<NatsChannel> {
    const connection = await connect({
      servers: servers.split(','),
      name: `roundtrip-${name}`,
      maxReconnectAttempts: -1,
      reconnectTimeWait: RETRY_MS,
    });
    try {
      const manager = await jetstreamManager(connection);
      await ensureStream(manager, {
        name: EVENTS,
        subjects: [`${NATS_SUBJECTS}.>`],
        duplicate_window: DEDUP_MS * NANOS,
        max_age: KEPT_MS * NANOS,
      });
      await ensureStream(manager, { name: GROUPS, subjects: [`${GROUP_SUBJECTS}.*`], max_msgs_per_subject: 1 });
      return new NatsChannel(connection, jetstream(connection), manager, options);
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  publish(events: readonly LoggedEvent[]): Promise<readonly PublishResult[]> {
    return publishInOrder(events, async (event) => {
      const largest = (this.connection.info?.max_payload ?? Infinity) - HEADER_BYTES;
      const size = Buffer.byteLength(event.data);
      if (size > largest)
        return { taken: false, reason: `The data of ${event.eventId} have ${size} bytes; the server takes ${largest}.` };
      try {
        const { duplicate } = await this.client.publish(subjectOf(event), event.data, {
          msgID: event.eventId,
          headers: toHeaders(toAttributes(event)),
        });
        return { taken: true, duplicate };
      } catch (error) {
        if (!(error instanceof JetStreamApiError)) throw error;
        return { taken: false, reason: `NATS refused ${event.eventId}: ${error.message}` };
      }
    });
  }

  async subscribe({ group, types, from, concurrency }: SubscribeOptions, handler: EventHandler): Promise<ChannelSubscription> {
    const { client, manager } = this;
    const store = new NatsGroupStore({
      client,
      manager,
      stream: GROUPS,
      subject: `${GROUP_SUBJECTS}.${subjectToken(group)}`,
      member: randomUUID(),
      leaseMs: this.options.leaseMs ?? LEASE_MS,
    });
    await store.create(NATS_PARTITIONS, async () => {
      const { state } = await manager.streams.info(EVENTS);
      return from === 'now' ? state.last_seq : Math.max(0, state.first_seq - 1);
    });
    const read: ReadPartition = async (partition, after, into, signal) => {
      let cursor = after;
      const onEvent = async (sequence: number, head: MsgHdrs | undefined, data: string) => {
        cursor = sequence;
        const event = readMessage(sequence, head, data);
        if (!event || !isSubscribedTo(event, types, from)) return into.skipTo(sequence);
        await into.room();
        into.take(sequence, event);
      };
      while (!signal.aborted) {
        try {
          await this.assertKept(group, cursor);
          await this.follow(filterOf(partition, types), cursor, onEvent, signal);
        } catch (error) {
          if (!signal.aborted)
            log.warn(`${group}: partition ${partition} cannot be read and is tried again: ${(error as Error).message}`);
        }
        if (!signal.aborted) await pause(RETRY_MS, signal);
      }
    };
    return this.subscriptions.add(group, await GroupMember.join({ ...this.options, concurrency, group, store, read }, handler));
  }

  assertDelivering(): void {
    this.subscriptions.assertDelivering();
  }

  async close(): Promise<void> {
    await this.subscriptions.stop();
    await this.connection.close();
  }

  private async assertKept(group: string, cursor: number): Promise<void> {
    const { state } = await this.manager.streams.info(EVENTS);
    if (cursor + 1 < state.first_seq)
      log.error(
        `${group}: messages after ${cursor} have been removed from ${EVENTS} before the group had come to them; what they changed must be read from the resources themselves.`,
      );
  }

  /** Hands over the events after the cursor until the signal aborts. @throws if the server cannot be read. */
  private async follow(
    filter: string,
    cursor: number,
    onEvent: (sequence: number, head: MsgHdrs | undefined, data: string) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    const consumer = await this.client.consumers.get(EVENTS, {
      filter_subjects: filter,
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: cursor + 1,
    });
    let messages: ConsumerMessages | undefined;
    const end = () => void messages?.close();
    signal.addEventListener('abort', end);
    try {
      messages = await consumer.consume({ max_messages: 200 });
      if (signal.aborted) return end();
      for await (const message of messages) {
        if (signal.aborted) return;
        await onEvent(message.seq, message.headers, message.string());
      }
    } finally {
      signal.removeEventListener('abort', end);
      end();
      await consumer.delete().catch(() => {}); // the server also forgets it by itself
    }
  }
}

async function ensureStream(manager: JetStreamManager, config: Partial<StreamConfig> & { name: string }): Promise<void> {
  try {
    await manager.streams.info(config.name);
  } catch (error) {
    if (!(error instanceof JetStreamApiError && error.code === STREAM_NOT_FOUND)) throw error;
    await manager.streams.add(config);
  }
}

const subjectOf = (event: LoggedEvent): string =>
  `${NATS_SUBJECTS}.${partitionOf(event, NATS_PARTITIONS)}.${event.type}.v${event.typeVersion}`;

/** Servers before 2.10 take one filter only, so they filter a single type or service only. */
function filterOf(partition: number, types: readonly string[]): string {
  const all = `${NATS_SUBJECTS}.${partition}`;
  const [only] = types;
  if (types.length !== 1 || only === undefined) return `${all}.>`;
  return only.endsWith('.*') ? `${all}.${only.slice(0, -2)}.>` : `${all}.${only}.*`;
}

/** The name as a token of a subject. */
const subjectToken = (name: string): string =>
  encodeURIComponent(name).replaceAll(/[.*]/g, (character) => (character === '.' ? '%2E' : '%2A'));

function toHeaders(attributes: EventAttributes): MsgHdrs {
  const made = headers();
  for (const [name, value] of Object.entries(attributes))
    made.set(NATS_ATTRIBUTE_PREFIX + name, value.replaceAll(NOT_PLAIN, encodeURIComponent));
  made.set('content-type', 'application/json');
  return made;
}

function readMessage(sequence: number, head: MsgHdrs | undefined, data: string): LoggedEvent | undefined {
  try {
    const attributes: EventAttributes = {};
    for (const [name, [value]] of head ?? [])
      if (name.startsWith(NATS_ATTRIBUTE_PREFIX) && value !== undefined)
        attributes[name.slice(NATS_ATTRIBUTE_PREFIX.length)] = decodeURIComponent(value);
    return fromAttributes(attributes, data);
  } catch (error) {
    log.error(`Message ${sequence} of ${EVENTS} is skipped: ${(error as Error).message}`);
    return undefined;
  }
}
