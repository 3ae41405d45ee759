import { describe, expect, it } from 'vitest';
import { afterFailure, type Breaker, breakerQuota, closedBreaker, indicatesOutage } from './breaker.js';

const at = (ms: number) => new Date(ms);
const failed = (times: number, now: Date, from: Breaker = closedBreaker): Breaker =>
  Array.from({ length: times }).reduce<Breaker>((breaker) => afterFailure(breaker, now), from);

describe('the breaker', () => {
  it('opens for 30 s after five failures in a row', () => {
    expect(breakerQuota(failed(4, at(0)), at(0))).toBe(Number.POSITIVE_INFINITY);
    const open = failed(5, at(0));
    expect(open.until).toEqual(at(30_000));
    expect(breakerQuota(open, at(29_999))).toBe(0);
  });

  it('allows one probe after that, and opens for twice as long each time that fails, up to 15 minutes', () => {
    let breaker = failed(5, at(0));
    const lengths: number[] = [];
    for (let i = 0; i < 7; i++) {
      const now = breaker.until!;
      expect(breakerQuota(breaker, now)).toBe(1);
      breaker = afterFailure(breaker, now);
      lengths.push((breaker.until!.getTime() - now.getTime()) / 1_000);
    }
    expect(lengths).toEqual([60, 120, 240, 480, 900, 900, 900]);
  });

  it('is not opened for longer by requests that were in flight when it opened', () => {
    expect(failed(10, at(0))).toEqual(failed(5, at(0)));
  });

  it.each([
    [{ error: 'timeout' }, true],
    [{ error: 'connect' }, true],
    [{ error: 'blocked' }, true],
    [{ error: 'http', status: 500 }, true],
    [{ error: 'http', status: 404 }, false],
    [{ error: 'http', status: 302 }, false],
    [{ error: 'lease_lost' }, false],
    [{ error: 'expired' }, false],
    [{ status: 200 }, false],
  ] as const)('takes %j for an endpoint that is down: %s', (outcome, expected) =>
    expect(indicatesOutage(outcome)).toBe(expected),
  );
});
