import type { Consumer } from '@platformatic/kafka';
import type { GroupStore, Heard } from './group-store.js';

export interface KafkaGroup {
  /** A member of the group. */
  consumer: Consumer;
  topic: string;
  leaseMs: number;
}

/** The state of a group as Kafka keeps it: who has which partition its coordinator says, and how far that is settled are the committed offsets. */
export class KafkaGroupStore implements GroupStore {
  private memberId: string | null = null;
  /** When the coordinator last answered. */
  private heardAt = performance.now();

  constructor(private readonly options: KafkaGroup) {
    const heard = () => (this.heardAt = performance.now());
    for (const event of ['consumer:heartbeat:end', 'consumer:group:join'] as const) options.consumer.on(event, heard);
  }

  onChange(changed: () => void): void {
    this.options.consumer.on('consumer:group:join', changed);
  }

  async beat(): Promise<Heard> {
    const { consumer, topic, leaseMs } = this.options;
    // After a heartbeat or a rejoin that failed, the client never sends another heartbeat by itself.
    if (performance.now() - this.heardAt > leaseMs) await consumer.joinGroup({});
    const { memberId } = consumer;
    const partitions = consumer.assignments?.find((assignment) => assignment.topic === topic)?.partitions ?? [];
    // Under a new name it is a new member: others may have had meanwhile what it has now, as it had before.
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
