/** The time and the chance that a schedule goes by. Injected, so that tests run a schedule of days in milliseconds, and exactly. */
export interface Clock {
  now(): Date;
  /** Evenly from 0 up to, but without, 1. */
  random(): number;
}

export const systemClock: Clock = { now: () => new Date(), random: () => Math.random() };
