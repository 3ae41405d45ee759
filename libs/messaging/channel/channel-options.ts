/** What can be tuned on a transport, for whoever cannot wait as long as a production system should. */
export interface ChannelOptions {
  /** How long a member of a group may be silent before others take over what it had, in milliseconds. */
  leaseMs?: number;
  /** How long an event waits after its n-th failure (1, 2, …), in milliseconds. */
  backoffMs?: (failures: number) => number;
  /** After how long without progress a subscription counts as stalled, in milliseconds. */
  stalledAfterMs?: number;
}

export const CONCURRENCY = 10;
export const LEASE_MS = 10_000;
export const STALLED_AFTER_MS = 60_000;

/** 100 ms, doubling to 30 s: a passing trouble costs little, and one that stays costs little, too. */
export const patientBackoffMs = (failures: number): number => Math.min(30_000, 100 * 2 ** Math.min(failures - 1, 20));
