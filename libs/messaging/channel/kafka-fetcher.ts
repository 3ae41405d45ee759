import { type Consumer, ListOffsetTimestamps } from '@platformatic/kafka';
import { pause } from '../../timing/pause.js';
import type { KeyedDelivery } from './keyed-delivery.js';

/** One message of the topic. */
export interface KafkaMessage {
  offset: number;
  headers: Record<string, string>;
  data: string;
}

type FetchResponse = Awaited<ReturnType<Consumer['fetch']>>;

interface Reading {
  /** The next offset to fetch. */
  next: number;
  into: KeyedDelivery;
  onMessage: (message: KafkaMessage) => void;
}

export interface KafkaFetcherOptions {
  /** A client of its own, because a waiting fetch blocks its connection. It is in no group. */
  client: Consumer;
  topic: string;
  retryMs: number;
  /** Messages were removed before they were read. */
  onMissed: (partition: number, wanted: number, oldest: number) => void;
  onFailure: (error: Error) => void;
}

/** How long a broker without events keeps a request. Events of another broker may wait as long. */
const WAIT_MS = 200;
const MAX_BYTES = 1_048_576;

/** Reads any number of partitions with one request per broker. A partition whose delivery has no room is left out and delays no other. */
export class KafkaFetcher {
  private readonly readings = new Map<number, Reading>();
  private running: Promise<void> | undefined;

  constructor(private readonly options: KafkaFetcherOptions) {
    options.client.topics.track(options.topic);
  }

  /** Hands over the messages from the offset `next` until the signal aborts. Outages only delay it. */
  async read(
    partition: number,
    next: number,
    into: KeyedDelivery,
    onMessage: (message: KafkaMessage) => void,
    signal: AbortSignal,
  ): Promise<void> {
    if (signal.aborted) return;
    const reading = { next, into, onMessage };
    this.readings.set(partition, reading);
    this.running ??= this.run().finally(() => (this.running = undefined));
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    if (this.readings.get(partition) === reading) this.readings.delete(partition);
  }

  /** Resolves when all readings and requests have ended. */
  async ended(): Promise<void> {
    await this.running;
  }

  private async run(): Promise<void> {
    const { onFailure, retryMs } = this.options;
    while (this.readings.size > 0) {
      try {
        // No partition has room: try again when some events may be settled.
        if (!(await this.fetch())) await pause(WAIT_MS / 10);
      } catch (error) {
        onFailure(error as Error);
        await pause(retryMs);
        await this.skipRemoved().catch(onFailure);
      }
    }
  }

  /** @returns whether any partition was requested. */
  private async fetch(): Promise<boolean> {
    const { client, topic } = this.options;
    const open = [...this.readings].filter(([, { into }]) => into.hasRoom);
    if (open.length === 0) return false;
    const metadata = (await client.metadata({ topics: [topic] })).topics.get(topic)!;
    const leaders = new Set(open.map(([partition]) => metadata.partitions[partition]!.leader));
    const answers = await Promise.allSettled(
      [...leaders].map(async (node) => {
        const partitions = open.flatMap(([partition, { next }]) =>
          metadata.partitions[partition]!.leader === node
            ? [
                {
                  partition,
                  fetchOffset: BigInt(next),
                  partitionMaxBytes: MAX_BYTES,
                  currentLeaderEpoch: -1,
                  lastFetchedEpoch: -1,
                },
              ]
            : [],
        );
        const topics = [{ topicId: metadata.id, partitions }];
        this.handOver(
          await client.fetch({ node, topics, maxWaitTime: WAIT_MS, minBytes: 1, maxBytes: MAX_BYTES }),
          new Map(open),
        );
      }),
    );
    const failure = answers.find(({ status }) => status === 'rejected') as PromiseRejectedResult | undefined;
    if (failure) {
      client.clearMetadata();
      throw failure.reason;
    }
    return true;
  }

  private handOver({ responses }: FetchResponse, asked: ReadonlyMap<number, Reading>): void {
    for (const { partitionIndex, records: batches = [] } of responses.flatMap(({ partitions }) => partitions)) {
      const reading = asked.get(partitionIndex);
      // The reading may have ended, or begun again, during the request.
      if (!reading || this.readings.get(partitionIndex) !== reading) continue;
      for (const { firstOffset, lastOffsetDelta, records } of batches) {
        for (const { offsetDelta, headers, value } of records) {
          const offset = Number(firstOffset) + offsetDelta;
          // A broker returns whole batches, also if only the end of a batch was requested.
          if (offset < reading.next) continue;
          const named = headers.map(([name, text]) => [name?.toString() ?? '', text?.toString() ?? '']);
          reading.onMessage({
            offset,
            headers: Object.fromEntries(named) as Record<string, string>,
            data: value?.toString() ?? '',
          });
        }
        reading.next = Math.max(reading.next, Number(firstOffset) + lastOffsetDelta + 1);
      }
    }
  }

  /** A reading before the oldest kept message continues at that message. */
  private async skipRemoved(): Promise<void> {
    const { client, topic, onMissed } = this.options;
    const oldest = (await client.listOffsets({ topics: [topic], timestamp: ListOffsetTimestamps.EARLIEST })).get(topic) ?? [];
    for (const [partition, reading] of this.readings) {
      const kept = Number(oldest[partition] ?? 0n);
      if (reading.next >= kept) continue;
      onMissed(partition, reading.next, kept);
      reading.next = kept;
    }
  }
}
