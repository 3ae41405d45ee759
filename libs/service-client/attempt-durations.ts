/** How many of the last attempts count. */
const REMEMBERED = 200;
/** Fewer say nothing: the first ones of a process find everything cold. */
const ENOUGH = 20;
const durations: number[] = [];
let next = 0;

/**
 * Remembers how long the first attempt of a step has taken, in ms. Where activities and the gateway share a process, the gateway
 * derives the deadline of first attempts from it; a gateway alone remembers nothing.
 */
export function recordAttempt(ms: number): void {
  durations[next] = ms;
  next = (next + 1) % REMEMBERED;
}

/**
 * The deadline of first attempts, in ms: four times the p95 of the last attempts, at least `floorMs` and at most five times that. So
 * a system under load does not send every step the dearer way.
 */
export function fastStepMs(floorMs: number): number {
  if (durations.length < ENOUGH) return floorMs;
  const sorted = durations.toSorted((one, other) => one - other);
  const p95 = sorted[Math.floor(sorted.length * 0.95)]!;
  return Math.round(Math.min(Math.max(4 * p95, floorMs), 5 * floorMs));
}
