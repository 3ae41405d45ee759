import type { AttemptOutcome } from './attempt-outcome.js';

const OPENS_AFTER = 5;
const OPEN_MS = 30_000;
const OPEN_AT_MOST_MS = 900_000;

/** The circuit breaker of an endpoint. */
export interface Breaker {
  /** Consecutive failures, across deliveries. */
  failures: number;
  /** How often it has opened since the last success or refusal. */
  opened: number;
  until: Date | null;
}

export const closedBreaker: Breaker = { failures: 0, opened: 0, until: null };

const outageErrors = new Set<AttemptOutcome['error']>(['dns', 'connect', 'tls', 'timeout', 'blocked', 'too_large', 'reset']);

/** Whether an attempt indicates that the endpoint is down. An endpoint that answers with a 4xx is up. */
export const indicatesOutage = ({ error, status }: Pick<AttemptOutcome, 'error' | 'status'>): boolean =>
  error === 'http' ? (status ?? 0) >= 500 : outageErrors.has(error);

/** The breaker after a failed attempt. A 429 changes nothing: it shows neither an outage nor health. */
export function afterAttempt(breaker: Breaker, outcome: Pick<AttemptOutcome, 'error' | 'status'>, now: Date): Breaker {
  if (outcome.status === 429) return breaker;
  return indicatesOutage(outcome) ? afterFailure(breaker, now) : closedBreaker;
}

/**
 * The breaker after one more failure. It opens for 30 s after five failures in a row. Each failed probe doubles the time, up to
 * 15 minutes.
 */
export function afterFailure({ failures, opened, until }: Breaker, now: Date): Breaker {
  // Requests that were in flight when it opened add no information.
  if (until !== null && until > now) return { failures, opened, until };
  if (failures + 1 < OPENS_AFTER && opened === 0) return { failures: failures + 1, opened, until };
  const openFor = Math.min(OPEN_MS * 2 ** opened, OPEN_AT_MOST_MS);
  return { failures: failures + 1, opened: opened + 1, until: new Date(now.getTime() + openFor) };
}

/** How many requests the breaker allows: none while it is open, then one as a probe. */
export function breakerQuota({ opened, until }: Breaker, now: Date): number {
  if (until !== null && until > now) return 0;
  return opened > 0 ? 1 : Number.POSITIVE_INFINITY;
}
