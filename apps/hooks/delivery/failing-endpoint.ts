import { MAX_ATTEMPTS } from './retry-schedule.js';

/** An endpoint without a success for this long is disabled. */
export const DISABLE_AFTER_MS = 5 * 86_400_000;
/** The attempts of one delivery. A single old failure does not disable an endpoint. */
const MIN_FAILURES = MAX_ATTEMPTS;
const warnings = [90, 70, 50] as const;

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
  const share = (now.getTime() - failingSince.getTime()) / DISABLE_AFTER_MS;
  if (share >= 1 && failures >= MIN_FAILURES) return 'disable';
  const due = warnings.find((percent) => share * 100 >= percent);
  return due !== undefined && due > warnedPercent ? { warn: due } : undefined;
}
