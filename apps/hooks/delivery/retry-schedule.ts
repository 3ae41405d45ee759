import type { AttemptOutcome } from './attempt-outcome.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** How long after the one before each attempt is made: the schedule of Standard Webhooks, ten attempts in 75 hours. */
const delays = [0, 5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];
const JITTER = 0.2;
/** Who says that it is too busy, and does not say for how long, is left alone for this long. */
const THROTTLED_MS = MINUTE;
const throttledStatuses = new Set([429, 502, 503, 504]);
const RETRY_AFTER_AT_LEAST_ALLOWED_MS = HOUR;

export const MAX_ATTEMPTS = delays.length;

/**
 * How long to wait, in ms, after attempt number `attempt` (from 1) went so; undefined when the attempts are used up. A `Retry-After` is kept to between what
 * the schedule says and twice that, or an hour.
 *
 * @param random from 0 to 1; 0.5 is no jitter.
 */
export function retryDelay(
  attempt: number,
  { status, error, retryAfterMs }: Pick<AttemptOutcome, 'status' | 'error' | 'retryAfterMs'>,
  random: number,
): number | undefined {
  const delay = delays[attempt];
  if (delay === undefined) return undefined;
  const scheduled = Math.round(delay * (1 + JITTER * (2 * random - 1)));
  if (retryAfterMs !== undefined)
    return Math.min(Math.max(retryAfterMs, scheduled), Math.max(2 * scheduled, RETRY_AFTER_AT_LEAST_ALLOWED_MS));
  const throttled = error === 'timeout' || (status !== undefined && throttledStatuses.has(status));
  return throttled ? Math.max(scheduled, THROTTLED_MS) : scheduled;
}

/** A `Retry-After` header, seconds or a date, as ms from `now`; undefined when it is neither. */
export function parseRetryAfter(header: string | undefined, now: Date): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * SECOND;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now.getTime());
}
