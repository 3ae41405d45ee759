import { describe, expect, it } from 'vitest';
import { fastStepMs, recordAttempt } from './attempt-durations.js';

const record = (ms: number, times: number) => Array.from({ length: times }).forEach(() => recordAttempt(ms));

describe('fastStepMs', () => {
  it('is the floor until enough attempts were made, and while they are fast', () => {
    record(900, 10);
    expect(fastStepMs(1_000)).toBe(1_000);
    record(20, 200);
    expect(fastStepMs(1_000)).toBe(1_000);
  });

  it('follows slow attempts, up to five times the floor, and comes back', () => {
    record(600, 200);
    expect(fastStepMs(1_000)).toBe(2_400);
    record(3_000, 200);
    expect(fastStepMs(1_000)).toBe(5_000);
    record(20, 200);
    expect(fastStepMs(1_000)).toBe(1_000);
  });
});
