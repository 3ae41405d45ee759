import type { AttemptOutcome } from './attempt-outcome.js';

const OPENS_AFTER = 5;
const OPEN_MS = 30_000;
const OPEN_AT_MOST_MS = 900_000;

/** The breaker of an endpoint as its row has it. */
export interface Breaker {
  /** In a row, across deliveries. */
  failures: number;
  /** How often it has opened since the last answer. */
  opened: number;
  until: Date | null;
}

export const closedBreaker: Breaker = { failures: 0, opened: 0, until: null };

const outageErrors = new Set<AttemptOutcome['error']>(['dns', 'connect', 'tls', 'timeout', 'blocked', 'too_large', 'reset']);

/** Whether an attempt speaks for an endpoint that is down, as opposed to one that answers and refuses. */
export const indicatesOutage = ({ error, status }: Pick<AttemptOutcome, 'error' | 'status'>): boolean =>
  error === 'http' ? (status ?? 0) >= 500 : outageErrors.has(error);

/** What an attempt that failed makes of a breaker. A 429 says neither that the endpoint is down nor that it is well. */
export function afterAttempt(breaker: Breaker, outcome: Pick<AttemptOutcome, 'error' | 'status'>, now: Date): Breaker {
  if (outcome.status === 429) return breaker;
  return indicatesOutage(outcome) ? afterFailure(breaker, now) : closedBreaker;
}

/** What one more failure makes of a breaker: after five in a row it is open for 30 s, then, each time its one probe fails, for twice as long. */
export function afterFailure({ failures, opened, until }: Breaker, now: Date): Breaker {
  // Those that were under way when it opened say nothing new.
  if (until !== null && until > now) return { failures, opened, until };
  if (failures + 1 < OPENS_AFTER && opened === 0) return { failures: failures + 1, opened, until };
  const openFor = Math.min(OPEN_MS * 2 ** opened, OPEN_AT_MOST_MS);
  return { failures: failures + 1, opened: opened + 1, until: new Date(now.getTime() + openFor) };
}

/** How many requests the breaker lets through: none while open, one as a probe after that. */
export function breakerQuota({ opened, until }: Breaker, now: Date): number {
  if (until !== null && until > now) return 0;
  return opened > 0 ? 1 : Number.POSITIVE_INFINITY;
}
