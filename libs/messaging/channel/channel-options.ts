/** Timings of a transport, so that tests need not wait as long as a production system. */
export interface ChannelOptions {
  /** How long a member of a group may be silent before other members take its partitions, in milliseconds. */
  leaseMs?: number;
  /** How long an event waits after its n-th failure (1, 2, …), in milliseconds. */
  backoffMs?: (failures: number) => number;
  /** After how long without progress a subscription counts as stalled, in milliseconds. */
  stalledAfterMs?: number;
}

export const CONCURRENCY = 10;
export const LEASE_MS = 10_000;
export const STALLED_AFTER_MS = 60_000;

/** 100 ms, doubling to 30 s: neither a short nor a long failure costs much. */
export const patientBackoffMs = (failures: number): number => Math.min(30_000, 100 * 2 ** Math.min(failures - 1, 20));
