import type { Consumer } from '@platformatic/kafka';
import type { GroupStore, HeartbeatAnswer } from './group-store.js';

export interface KafkaGroup {
  /** A member of the group. */
  consumer: Consumer;
  topic: string;
  leaseMs: number;
}

/** The state of a group in Kafka: its coordinator assigns the partitions, and the committed offsets say how far they are settled. */
export class KafkaGroupStore implements GroupStore {
  private memberId: string | null = null;
  /** When the coordinator last answered. */
  private answeredAt = performance.now();

  constructor(private readonly options: KafkaGroup) {
    const noteAnswer = () => (this.answeredAt = performance.now());
    for (const event of ['consumer:heartbeat:end', 'consumer:group:join'] as const) options.consumer.on(event, noteAnswer);
  }

  onChange(changed: () => void): void {
    this.options.consumer.on('consumer:group:join', changed);
  }

  async heartbeat(): Promise<HeartbeatAnswer> {
    const { consumer, topic, leaseMs } = this.options;
    // After a failed heartbeat or rejoin, the client sends no further heartbeat by itself.
    if (performance.now() - this.answeredAt > leaseMs) await consumer.joinGroup({});
    const { memberId } = consumer;
    const partitions = consumer.assignments?.find((assignment) => assignment.topic === topic)?.partitions ?? [];
    // A new member id means a new membership: another member may have had the same partitions meanwhile.
    const known = this.memberId === null || this.memberId === memberId;
    this.memberId = memberId;
    if (!known || partitions.length === 0) return { share: Infinity, leases: [] };
    const committed = (await consumer.listCommittedOffsets({ topics: [{ topic, partitions }] })).get(topic) ?? [];
    return {
      share: Infinity,
      leases: partitions.toSorted((a, b) => a - b).map((partition) => ({ partition, from: settled(committed[partition]) })),
    };
  }

  async commit(offsets: ReadonlyMap<number, number>): Promise<void> {
    const { consumer, topic } = this.options;
    await consumer.commit({
      offsets: [...offsets].map(([partition, offset]) => ({ topic, partition, offset: BigInt(offset + 1), leaderEpoch: -1 })),
    });
  }

  /** Only the coordinator takes partitions away. */
  async release(): Promise<void> {}

  async leave(): Promise<void> {
    const { consumer } = this.options;
    await new Promise<void>((resolve, reject) => consumer.leaveGroup((error) => (error ? reject(error) : resolve())));
  }
}

/** Kafka commits the next offset to read. */
const settled = (committed: bigint | undefined): number => Math.max(-1, Number(committed ?? 0n) - 1);
