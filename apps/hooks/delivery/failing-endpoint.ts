import { type Sql, sql } from '../../../libs/database/sql.js';
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

/** The condition on `endpoint` for an action. It reads no endpoint that has had its warning, however many have. */
export function hasFailureAction(now: Date): Sql {
  const before = WARNED_AT_PERCENT.map((percent) => failingBefore(percent, now));
  return sql`failing_since <= ${before.at(-1)} and (
    failing_since <= ${failingBefore(100, now)} and failures >= ${MIN_FAILURES} or exists (
      select from unnest(${WARNED_AT_PERCENT}::int[], ${before}::timestamptz[]) as warning(percent, failing_before)
      where failing_since <= failing_before and warned_percent < percent))`;
}

/** An endpoint that fails since then, or longer, has failed for that share of the time after which it is disabled. */
const failingBefore = (percent: number, now: Date): Date => new Date(now.getTime() - (DISABLE_AFTER_MS * percent) / 100);
