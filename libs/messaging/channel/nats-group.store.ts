import { JetStreamApiError, type JetStreamClient, type JetStreamManager } from '@nats-io/jetstream';
import type { GroupStore, HeartbeatAnswer } from './group-store.js';

/** The state of a group: one message that each change replaces. */
interface GroupState {
  /** A number of each member that changes while it lives. */
  members: Record<string, number>;
  partitions: { position: number; member: string | null }[];
}

export interface NatsGroup {
  client: JetStreamClient;
  manager: JetStreamManager;
  /** The stream that keeps the last message of each subject. */
  stream: string;
  /** The subject of this group's state. */
  subject: string;
  member: string;
  leaseMs: number;
}

const TRIES = 20;
const WRONG_LAST_SEQUENCE = 10_071;

/**
 * The state of a group in one message of a stream, changed by compare-and-set. No two clocks are compared: a member counts as dead when its
 * number has not changed for a lease, by the clock of the member that reads the state.
 */
export class NatsGroupStore implements GroupStore {
  private readonly seen = new Map<string, { heartbeat: number; at: number }>();
  private known: { state: GroupState; sequence: number } | undefined;

  constructor(private readonly options: NatsGroup) {}

  /** Creates the group if it does not exist. @param position returns where a new group begins. */
  async create(partitions: number, position: () => Promise<number>): Promise<void> {
    if ((await this.read()).sequence > 0) return;
    const start = await position();
    await this.change((state) => {
      if (state.partitions.length > 0) return false;
      state.partitions = Array.from({ length: partitions }, () => ({ position: start, member: null }));
      return true;
    });
  }

  async heartbeat(): Promise<HeartbeatAnswer> {
    const { member } = this.options;
    const { members, partitions } = await this.change((state) => {
      state.members[member] = (state.members[member] ?? 0) + 1;
      for (const gone of this.silent(state)) delete state.members[gone];
      const share = shareOf(state);
      let held = 0;
      for (const partition of state.partitions) {
        if (partition.member !== null && !(partition.member in state.members)) partition.member = null;
        if (partition.member === member) held += 1;
      }
      for (const partition of state.partitions) {
        if (partition.member !== null || held >= share) continue;
        partition.member = member;
        held += 1;
      }
      return true;
    });
    return {
      share: shareOf({ members, partitions }),
      leases: partitions.flatMap(({ position, member: holder }, partition) =>
        holder === member ? [{ partition, from: position }] : [],
      ),
    };
  }

  async commit(settled: ReadonlyMap<number, number>): Promise<void> {
    await this.change(({ partitions }) => {
      let moved = false;
      for (const [index, position] of settled) {
        const partition = partitions[index];
        if (partition?.member !== this.options.member || partition.position >= position) continue;
        partition.position = position;
        moved = true;
      }
      return moved;
    });
  }

  async release(released: readonly number[]): Promise<void> {
    await this.change((state) => this.free(state, (_partition, index) => released.includes(index)));
  }

  async leave(): Promise<void> {
    await this.change((state) => {
      delete state.members[this.options.member];
      this.free(state, () => true);
      return true;
    });
  }

  private free({ partitions }: GroupState, which: (partition: unknown, index: number) => boolean): boolean {
    const mine = partitions.filter((partition, index) => partition.member === this.options.member && which(partition, index));
    for (const partition of mine) partition.member = null;
    return mine.length > 0;
  }

  /** The members whose number has not changed for a lease. */
  private silent({ members }: GroupState): string[] {
    const now = performance.now();
    for (const known of this.seen.keys()) if (!(known in members)) this.seen.delete(known);
    return Object.entries(members).flatMap(([member, heartbeat]) => {
      const last = this.seen.get(member);
      if (last?.heartbeat !== heartbeat) this.seen.set(member, { heartbeat, at: now });
      return last?.heartbeat === heartbeat && now - last.at > this.options.leaseMs ? [member] : [];
    });
  }

  /**
   * Reads, changes and writes the state. Repeats as long as another member was faster.
   * @param work changes the state, and returns whether it did.
   */
  private async change(work: (state: GroupState) => boolean): Promise<GroupState> {
    const { client, subject } = this.options;
    for (let tries = 0; ; tries++) {
      const { state: before, sequence } = this.known ?? (await this.read());
      const state = structuredClone(before);
      if (!work(state)) return state;
      this.known = undefined;
      try {
        const expect = { lastSubjectSequence: sequence };
        const { seq } = await client.publish(subject, JSON.stringify(state), { expect });
        this.known = { state, sequence: seq };
        return state;
      } catch (error) {
        if (!(error instanceof JetStreamApiError && error.code === WRONG_LAST_SEQUENCE) || tries >= TRIES) throw error;
      }
    }
  }

  private async read(): Promise<{ state: GroupState; sequence: number }> {
    const { manager, stream, subject } = this.options;
    const message = await manager.streams.getMessage(stream, { last_by_subj: subject });
    return message
      ? { state: message.json<GroupState>(), sequence: message.seq }
      : { state: { members: {}, partitions: [] }, sequence: 0 };
  }
}

const shareOf = ({ members, partitions }: GroupState): number =>
  Math.ceil(partitions.length / Math.max(1, Object.keys(members).length));
