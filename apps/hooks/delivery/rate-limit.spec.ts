import { describe, expect, it } from 'vitest';
import { rateLimit } from './rate-limit.js';

describe('rateLimit', () => {
  const start = new Date(0);
  const at = (ms: number) => new Date(ms);

  it('allows a burst of one second, then keeps to the rate', () => {
    const first = rateLimit(10, null, start);
    expect(first.quota).toBe(10);
    const spent = first.arrivalAt(10);
    expect(rateLimit(10, spent, start).quota).toBe(0);
    expect(rateLimit(10, spent, at(99)).quota).toBe(0);
    expect(rateLimit(10, spent, at(100)).quota).toBe(1);
    expect(rateLimit(10, spent, at(1_000)).quota).toBe(10);
    expect(rateLimit(10, spent, at(60_000)).quota, 'a long pause allows no larger burst').toBe(10);
  });

  it('supports less than one request a second', () => {
    const spent = rateLimit(0.5, null, start).arrivalAt(1);
    expect(rateLimit(0.5, spent, at(1_999)).quota).toBe(0);
    expect(rateLimit(0.5, spent, at(2_000)).quota).toBe(1);
  });

  it('never exceeds the rate in the long run, however often it is called', () => {
    let arrivalAt: Date | null = null;
    let gone = 0;
    for (let ms = 0; ms <= 10_000; ms += 7) {
      const limit: ReturnType<typeof rateLimit> = rateLimit(5, arrivalAt, at(ms));
      gone += limit.quota;
      if (limit.quota > 0) arrivalAt = limit.arrivalAt(limit.quota);
    }
    expect(gone).toBeGreaterThanOrEqual(50);
    expect(gone).toBeLessThanOrEqual(55);
  });
});
