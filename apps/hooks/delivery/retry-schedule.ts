import type { AttemptOutcome } from './attempt-outcome.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** The delay before each attempt: the schedule of Standard Webhooks, ten attempts in 75 hours. */
const delays = [0, 5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];
const JITTER = 0.2;
/** The delay after a receiver is too busy and sends no `Retry-After`. */
const THROTTLED_MS = MINUTE;
const throttledStatuses = new Set([429, 502, 503, 504]);
const RETRY_AFTER_AT_LEAST_ALLOWED_MS = HOUR;
const ENDPOINT_THROTTLED_AT_MOST_MS = HOUR;

export const MAX_ATTEMPTS = delays.length;

/**
 * How long to wait, in ms, after attempt number `attempt` (from 1); undefined when no attempt is left. `Retry-After` is honoured,
 * but never earlier than the schedule, and never later than twice the scheduled delay or one hour, whichever is longer.
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

/**
 * How long, in ms, the endpoint is throttled after an attempt: the `Retry-After`, at most one hour. A 429 without it counts as
 * one minute. 0 if the endpoint did not ask.
 */
export function throttledFor({ status, retryAfterMs }: Pick<AttemptOutcome, 'status' | 'retryAfterMs'>): number {
  if (retryAfterMs !== undefined) return Math.min(retryAfterMs, ENDPOINT_THROTTLED_AT_MOST_MS);
  return status === 429 ? THROTTLED_MS : 0;
}

const days = 'Mon|Tue|Wed|Thu|Fri|Sat|Sun';
const months = 'Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec';
const time = String.raw`\d{2}:\d{2}:\d{2}`;
/** The two forms of an HTTP-date that name their zone (RFC 9110, 5.6.7): IMF-fixdate and RFC 850. */
const zonedDate = new RegExp(
  `^(?:(?:${days}), \\d{2} (?:${months}) \\d{4}|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, \\d{2}-(?:${months})-\\d{2}) ${time} GMT$`,
);
/** The third form, of asctime: it is in UTC, without naming the zone. */
const asctimeDate = new RegExp(`^(?:${days}) (?:${months}) [ \\d]\\d ${time} \\d{4}$`);

/** A `Retry-After` header as RFC 9110 defines it, whole seconds or an HTTP-date, as ms from `now`; undefined for anything else. */
export function parseRetryAfter(header: string | undefined, now: Date): number | undefined {
  const text = header?.trim() ?? '';
  if (/^\d+$/.test(text)) return Number(text) * SECOND;
  const date = zonedDate.test(text) ? Date.parse(text) : asctimeDate.test(text) ? Date.parse(`${text} GMT`) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now.getTime());
}
