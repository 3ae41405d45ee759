import { MAX_ATTEMPTS } from './retry-schedule.js';

/** An endpoint without a success for this long is disabled. */
export const DISABLE_AFTER_MS = 5 * 86_400_000;
/** The attempts of one delivery. A single old failure does not disable an endpoint. */
const MIN_FAILURES = MAX_ATTEMPTS;
const WARNED_AT_PERCENT = [90, 70, 50] as const;

export interface FailingEndpoint {
  failingSince: Date;
  failures: number;
  /** The last warning that was published, 0 for none. */
  warnedPercent: number;
}

/** The action for a failing endpoint: a warning at 50, 70 and 90 % of the time, then it is disabled. */
export function failureActionFor(
  { failingSince, failures, warnedPercent }: FailingEndpoint,
  now: Date,
): 'disable' | { warn: number } | undefined {
  const hasFailedFor = (percent: number) => failingSince <= failingBefore(percent, now);
  if (hasFailedFor(100) && failures >= MIN_FAILURES) return 'disable';
  const due = WARNED_AT_PERCENT.find(hasFailedFor);
  return due !== undefined && due > warnedPercent ? { warn: due } : undefined;
}

/**
 * The condition of the endpoints with an action, as SQL over the columns of `endpoint`, and its parameters from `$<first>` on. It reads none
 * that has had its warning, however many have.
 */
export function hasFailureAction(first: number, now: Date): { sql: string; parameters: unknown[] } {
  const sql = `failing_since <= $${first} and (
    failing_since <= $${first + 1} and failures >= $${first + 2} or exists (
      select from unnest($${first + 3}::int[], $${first + 4}::timestamptz[]) as warning(percent, failing_before)
      where failing_since <= failing_before and warned_percent < percent))`;
  const before = WARNED_AT_PERCENT.map((percent) => failingBefore(percent, now));
  return { sql, parameters: [before.at(-1), failingBefore(100, now), MIN_FAILURES, WARNED_AT_PERCENT, before] };
}

/** An endpoint that fails since then, or longer, has failed for that share of the time after which it is disabled. */
const failingBefore = (percent: number, now: Date): Date => new Date(now.getTime() - (DISABLE_AFTER_MS * percent) / 100);
