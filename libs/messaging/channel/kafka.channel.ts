import {
  Admin,
  Consumer,
  GenericError,
  ListOffsetTimestamps,
  type MessageToProduce,
  ProduceAcks,
  Producer,
  stringSerializers,
} from '@platformatic/kafka';
import { Logger } from '@nestjs/common';
import type { LoggedEvent } from '../event/logged-event.js';
import { partitionKeyOf } from '../event/partition-key.js';
import { KAFKA_ATTRIBUTE_PREFIX, KAFKA_PARTITIONS, KAFKA_TOPIC } from './broker-addresses.js';
import type { Channel, ChannelSubscription, EventHandler, PublishResult, SubscribeOptions } from './channel.js';
import { type ChannelOptions, LEASE_MS } from './channel-options.js';
import { fromAttributes, toAttributes } from './event-attributes.js';
import { GroupMember } from './group-member.js';
import { KafkaFetcher, type KafkaMessage } from './kafka-fetcher.js';
import { KafkaGroupStore } from './kafka-group.store.js';
import { isSubscribedTo, Subscriptions } from './subscriptions.js';

const GROUP_PREFIX = 'roundtrip.';
const KEPT_MS = 30 * 86_400_000;
const RETRY_MS = 1_000;
/** Below what brokers take by default (1,048,588 bytes a batch), with room for keys and headers. */
const BATCH_BYTES = 900_000;
/** A guess, to stay below the limit with many small events. */
const HEADER_BYTES = 1_000;
const REFUSALS = ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD'];
const log = new Logger('Channel');

type Message = MessageToProduce<string, string, string, string>;

/**
 * Apache Kafka. An event is in the topic `roundtrip.events` under its partition key, with its attributes as `ce_` headers. Groups are Kafka's
 * own, named `roundtrip.<group>`. The topic is created if it is missing. An existing topic is used as it is.
 */
export class KafkaChannel implements Channel {
  readonly capabilities = { order: 'partition', dedupMs: 0, replay: true } as const;
  private readonly subscriptions: Subscriptions;
  private producer: Producer<string, string, string, string> | undefined;
  private publishing: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly client: { clientId: string; bootstrapBrokers: string[] },
    private readonly admin: Admin,
    private readonly options: ChannelOptions,
  ) {
    this.subscriptions = new Subscriptions(options.stalledAfterMs);
  }

  /** @throws if no broker answers. */
  static async open(brokers: string, name: string, options: ChannelOptions = {}): Promise<KafkaChannel> {
    const client = { clientId: `roundtrip-${name}`, bootstrapBrokers: brokers.split(',') };
    const admin = new Admin(client);
    try {
      if (!(await admin.listTopics()).includes(KAFKA_TOPIC)) await createTopic(admin);
      return new KafkaChannel(client, admin, options);
    } catch (error) {
      await admin.close().catch(() => {});
      throw error;
    }
  }

  publish(events: readonly LoggedEvent[]): Promise<readonly PublishResult[]> {
    // One request at a time: of two requests at once, a retried one could come second.
    const published = this.publishing.then(() => this.publishNow(events));
    this.publishing = published.catch(() => {});
    return published;
  }

  async subscribe(options: SubscribeOptions, handler: EventHandler): Promise<ChannelSubscription> {
    const { group, types, from, concurrency } = options;
    const { leaseMs = LEASE_MS } = this.options;
    const groupId = GROUP_PREFIX + group;
    const heartbeatInterval = Math.min(3_000, Math.floor(leaseMs / 4));
    const shared = { ...this.client, groupId, autocommit: false, maxWaitTime: RETRY_MS };
    const consumer = new Consumer({ ...shared, sessionTimeout: leaseMs, rebalanceTimeout: leaseMs, heartbeatInterval });
    const client = new Consumer(shared);
    const close = async () => {
      await Promise.all([client, consumer].map((one) => new Promise<void>((resolve) => one.close(true, () => resolve()))));
    };
    for (const one of [consumer, client])
      one.on('error', (error: Error) => log.warn(`${group}: Kafka reports: ${error.message}`));
    try {
      await this.ensureGroup(client, groupId, from);
      consumer.topics.track(KAFKA_TOPIC);
      await consumer.joinGroup({});
      const fetcher = new KafkaFetcher({
        client,
        topic: KAFKA_TOPIC,
        retryMs: RETRY_MS,
        onMissed: (partition, wanted, oldest) =>
          log.error(
            `${group}: messages ${wanted} to ${oldest - 1} of partition ${partition} have been removed before the group had come to them; what they changed must be read from the resources themselves.`,
          ),
        onFailure: (error) => log.warn(`${group}: Kafka cannot be read and is tried again: ${error.message}`),
      });
      const member = await GroupMember.join(
        {
          ...this.options,
          concurrency,
          group,
          store: new KafkaGroupStore({ consumer, topic: KAFKA_TOPIC, leaseMs }),
          read: (partition, after, into, signal) => {
            const take = (message: KafkaMessage) => {
              const event = readMessage(partition, message);
              if (event && isSubscribedTo(event, types, from)) into.take(message.offset, event);
              else into.skipTo(message.offset);
            };
            return fetcher.read(partition, after + 1, into, take, signal);
          },
        },
        handler,
      );
      return this.subscriptions.add(group, {
        get oldestPendingMs() {
          return member.oldestPendingMs;
        },
        get silentMs() {
          return member.silentMs;
        },
        stop: async () => {
          await member.stop();
          await fetcher.ended();
          await close();
        },
      });
    } catch (error) {
      await close();
      throw error;
    }
  }

  assertDelivering(): void {
    this.subscriptions.assertDelivering();
  }

  async close(): Promise<void> {
    await this.subscriptions.stop();
    await this.publishing;
    await this.producer?.close();
    await this.admin.close();
  }

  /** Commits where a new group begins, in every partition, before it has members. */
  private async ensureGroup(client: Consumer, groupId: string, from: SubscribeOptions['from']): Promise<void> {
    const timestamp = from === 'now' ? ListOffsetTimestamps.LATEST : ListOffsetTimestamps.EARLIEST;
    const begin = (await client.listOffsets({ topics: [KAFKA_TOPIC], timestamp })).get(KAFKA_TOPIC) ?? [];
    const partitions = begin.map((_, partition) => partition);
    const missing = async () => {
      const committed =
        (await client.listCommittedOffsets({ topics: [{ topic: KAFKA_TOPIC, partitions }] })).get(KAFKA_TOPIC) ?? [];
      return partitions.filter((partition) => (committed[partition] ?? -1n) < 0n);
    };
    const without = await missing();
    if (without.length === 0) return;
    const partitionOffsets = without.map((partition) => ({ partition, offset: begin[partition] ?? 0n }));
    try {
      await this.admin.alterConsumerGroupOffsets({ groupId, topics: [{ name: KAFKA_TOPIC, partitionOffsets }] });
    } catch (error) {
      // Another member was faster and has joined the group.
      if ((await missing()).length > 0) throw error;
    }
  }

  private async publishNow(events: readonly LoggedEvent[]): Promise<readonly PublishResult[]> {
    const results: PublishResult[] = [];
    const refused = new Map<string, string>();
    for (let batch = nextBatch(events, 0); batch.length > 0; batch = nextBatch(events, results.length)) {
      const open = batch.filter((event) => !refused.has(partitionKeyOf(event)));
      // A refused batch is tried one by one to find the refused event.
      const refusal = await this.send(open);
      for (const event of batch) {
        const key = partitionKeyOf(event);
        const before = refused.get(key);
        const own = before ? undefined : refusal && (open.length === 1 ? refusal : await this.send([event]));
        const reason = before
          ? `Event ${before} of ${key}, which comes before it, was not taken.`
          : own && `Kafka refused ${event.eventId}: ${own}`;
        if (reason && !before) refused.set(key, event.eventId);
        results.push(reason ? { taken: false, reason } : { taken: true, duplicate: false });
      }
    }
    return results;
  }

  /** @returns why the broker refuses all of them; undefined if it took them. @throws if it is unknown what the broker took. */
  private async send(events: readonly LoggedEvent[]): Promise<string | undefined> {
    if (events.length === 0) return undefined;
    this.producer ??= new Producer({ ...this.client, idempotent: true, serializers: stringSerializers });
    try {
      await this.producer.send({ messages: events.map(toMessage), acks: ProduceAcks.ALL });
      return undefined;
    } catch (error) {
      // The producer's sequence numbers may be wrong now, and the broker would treat a new event as a repeat.
      const { producer } = this;
      this.producer = undefined;
      await producer.close().catch(() => {});
      const known = GenericError.isGenericError(error as Error) ? (error as GenericError) : undefined;
      const refusal = REFUSALS.find((id) => known?.findBy('apiId', id));
      if (!refusal) throw error;
      return `Kafka refused it: ${refusal}`;
    }
  }
}

/** The events of the next request, from an index: at least one. */
function nextBatch(events: readonly LoggedEvent[], from: number): readonly LoggedEvent[] {
  let bytes = 0;
  let to = from;
  for (; to < events.length; to++) {
    bytes += Buffer.byteLength(events[to]!.data) + HEADER_BYTES;
    if (bytes > BATCH_BYTES && to > from) break;
  }
  return events.slice(from, to);
}

function toMessage(event: LoggedEvent): Message {
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  for (const [name, value] of Object.entries(toAttributes(event))) headers[KAFKA_ATTRIBUTE_PREFIX + name] = value;
  return { topic: KAFKA_TOPIC, key: partitionKeyOf(event), value: event.data, headers };
}

function readMessage(partition: number, { offset, headers, data }: KafkaMessage): LoggedEvent | undefined {
  try {
    const attributes = Object.entries(headers).flatMap(([name, value]) =>
      name.startsWith(KAFKA_ATTRIBUTE_PREFIX) ? [[name.slice(KAFKA_ATTRIBUTE_PREFIX.length), value]] : [],
    );
    return fromAttributes(Object.fromEntries(attributes) as Record<string, string>, data);
  } catch (error) {
    log.error(`Message ${offset} of partition ${partition} of ${KAFKA_TOPIC} is skipped: ${(error as Error).message}`);
    return undefined;
  }
}

async function createTopic(admin: Admin): Promise<void> {
  try {
    const configs = [{ name: 'retention.ms', value: String(KEPT_MS) }];
    await admin.createTopics({ topics: [KAFKA_TOPIC], partitions: KAFKA_PARTITIONS, replicas: -1, configs });
  } catch (error) {
    const known = GenericError.isGenericError(error as Error) ? (error as GenericError) : undefined;
    if (!known?.findBy('apiId', 'TOPIC_ALREADY_EXISTS')) throw error; // another process was faster
  }
}
