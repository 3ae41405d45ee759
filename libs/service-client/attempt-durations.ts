/** How many of the latest attempts count. */
const SAMPLE_SIZE = 200;
/** Fewer attempts are not representative: the first attempts of a process are slow. */
const MIN_SAMPLES = 20;
const durations: number[] = [];
let next = 0;

/**
 * Records the duration of a step's first attempt, in ms. If activities and the gateway share a process, the gateway derives the deadline of
 * first attempts from it. A gateway in a process of its own records nothing.
 */
export function recordAttempt(ms: number): void {
  durations[next] = ms;
  next = (next + 1) % SAMPLE_SIZE;
}

/**
 * The deadline of first attempts, in ms: four times the p95 of the latest attempts, at least `floorMs` and at most five times `floorMs`.
 * Under load, steps then still finish in their first attempt instead of the more expensive normal activity.
 */
export function fastStepMs(floorMs: number): number {
  if (durations.length < MIN_SAMPLES) return floorMs;
  const sorted = durations.toSorted((one, other) => one - other);
  const p95 = sorted[Math.floor(sorted.length * 0.95)]!;
  return Math.round(Math.min(Math.max(4 * p95, floorMs), 5 * floorMs));
}
