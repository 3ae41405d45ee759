import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { MAX_ATTEMPTS, parseRetryAfter, retryDelay, throttledFor } from './retry-schedule.js';

const noJitter = 0.5;
const seconds = (n: number) => n * 1_000;
const hours = (n: number) => n * 3_600_000;

describe('retryDelay', () => {
  it('keeps the schedule of Standard Webhooks, then gives up', () => {
    const waits = Array.from({ length: MAX_ATTEMPTS }, (_, n) => retryDelay(n + 1, { status: 500, error: 'http' }, noJitter));
    expect(waits).toEqual([
      seconds(5),
      seconds(300),
      seconds(1_800),
      hours(2),
      hours(5),
      hours(10),
      hours(14),
      hours(20),
      hours(24),
      undefined,
    ]);
  });

  it('adds a jitter of at most 20 % either way', () => {
    expect(retryDelay(2, { error: 'connect' }, 0)).toBe(seconds(240));
    expect(retryDelay(2, { error: 'connect' }, 0.999_999)).toBeCloseTo(seconds(360), -1);
  });

  it.each([429, 502, 503, 504])('waits a minute at least after a %i', (status) => {
    expect(retryDelay(1, { status, error: 'http' }, 0)).toBe(seconds(60));
    expect(retryDelay(2, { status, error: 'http' }, noJitter)).toBe(seconds(300));
  });

  it('waits a minute at least after a timeout', () => {
    expect(retryDelay(1, { error: 'timeout' }, 0)).toBe(seconds(60));
  });

  it.each([
    ['shorter than the schedule', 1, 1, 5],
    ['in between', 1, 90, 90],
    ['longer than an hour, early on', 1, 7_200, 3_600],
    ['up to twice what the schedule says, later', 4, 5 * 3_600, 4 * 3_600],
  ])('honours a Retry-After within its limits: %s', (_, attempt, asked, expected) => {
    expect(retryDelay(attempt, { status: 503, error: 'http', retryAfterMs: seconds(asked) }, noJitter)).toBe(seconds(expected));
  });

  it('gives up after the last attempt whatever Retry-After says', () => {
    expect(retryDelay(MAX_ATTEMPTS, { status: 429, error: 'http', retryAfterMs: 1 }, noJitter)).toBeUndefined();
  });
});

describe('throttledFor', () => {
  it.each([
    [{ status: 429 }, 60],
    [{ status: 429, retryAfterMs: seconds(2) }, 2],
    [{ status: 503, retryAfterMs: seconds(90) }, 90],
    [{ status: 503, retryAfterMs: seconds(604_800) }, 3_600],
    [{ status: 503 }, 0],
    [{}, 0],
  ])('of %j is %i s', (outcome, expected) => expect(throttledFor(outcome)).toBe(seconds(expected)));
});

describe('parseRetryAfter', () => {
  // A date without a zone must not be read in the zone of the machine.
  beforeAll(() => void vi.stubEnv('TZ', 'America/New_York'));
  afterAll(() => void vi.unstubAllEnvs());

  const now = new Date('2027-01-01T00:00:00Z');
  it.each([
    ['120', seconds(120)],
    [' 0 ', 0],
    ['Fri, 01 Jan 2027 00:01:00 GMT', seconds(60)],
    ['Thu, 31 Dec 2026 00:00:00 GMT', 0],
    ['Friday, 01-Jan-27 00:01:00 GMT', seconds(60)],
    ['Fri Jan  1 00:01:00 2027', seconds(60)],
    ['Thu Dec 31 00:00:00 2026', 0],
    ['1234567890123', seconds(1_234_567_890_123)],
    ['10.5', undefined],
    ['-5', undefined],
    ['+5', undefined],
    ['1e3', undefined],
    ['', undefined],
    ['2027-01-01T00:01:00Z', undefined],
    ['Fri, 01 Jan 2027 00:01:00 +0200', undefined],
    ['Fri, 42 Jan 2027 00:01:00 GMT', undefined],
    ['soon', undefined],
    ['-5 apples', undefined],
    [undefined, undefined],
  ])('reads %j', (header, expected) => expect(parseRetryAfter(header, now)).toBe(expected));
});
