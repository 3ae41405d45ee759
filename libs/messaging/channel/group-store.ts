/** A partition that a member has, and from where it goes on. */
export interface Lease {
  partition: number;
  /** Everything up to this offset is settled. */
  from: number;
}

/** What a member hears when it says that it is there. */
export interface Heard {
  /** All that it has now; others may have taken what is missing. */
  leases: readonly Lease[];
  /** How many partitions are its fair share; it gives back what it has beyond that. Infinity where it is given no more than that. */
  share: number;
}

/** Who of a group's members has which partition, and how far that is settled; kept where it outlives all of them. */
export interface GroupStore {
  /** Says that the member is there, keeps what it has, takes what nobody has up to its share. */
  beat(): Promise<Heard>;
  /** Calls back when a beat would say something new; not every store knows. */
  onChange?(changed: () => void): void;
  /** Writes down how far partitions are settled; does nothing for one that somebody else has by now. */
  commit(settled: ReadonlyMap<number, number>): Promise<void>;
  /** Gives partitions back. */
  release(partitions: readonly number[]): Promise<void>;
  /** Gives everything back, and is no member any more. */
  leave(): Promise<void>;
}
