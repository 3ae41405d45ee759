/** A partition that a member has, and the offset at which it continues. */
export interface Lease {
  partition: number;
  /** Everything up to this offset is settled. */
  from: number;
}

/** The store's answer to the heartbeat of a member. */
export interface HeartbeatAnswer {
  /** The partitions that the member has now. Another member may have the missing ones. */
  leases: readonly Lease[];
  /** The member's fair share of partitions. It hands back the ones beyond. Infinity if the store assigns no more than the share. */
  share: number;
}

/** Which member of a group has which partition, and how far each is settled. The store outlives the members. */
export interface GroupStore {
  /** Renews the member's leases, and takes free partitions up to its share. */
  heartbeat(): Promise<HeartbeatAnswer>;
  /** Calls back when a heartbeat would have a new answer. Not every store can. */
  onChange?(changed: () => void): void;
  /** Stores how far partitions are settled. Does nothing for a partition that another member has by now. */
  commit(settled: ReadonlyMap<number, number>): Promise<void>;
  /** Frees partitions. */
  release(partitions: readonly number[]): Promise<void>;
  /** Frees every partition and ends the membership. */
  leave(): Promise<void>;
}
