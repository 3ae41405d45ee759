/**
 * Generic cell rate algorithm: how many requests may go now, and when the next would be due had they all gone at the rate. A burst of one
 * second's worth is allowed.
 *
 * @param arrivalAt what this returned as `arrivalAt(taken)` the last time, null at first.
 */
export function rateLimit(ratePerSecond: number, arrivalAt: Date | null, now: Date) {
  const interval = 1_000 / ratePerSecond;
  const burst = Math.max(1, Math.floor(ratePerSecond));
  const from = Math.max(arrivalAt?.getTime() ?? 0, now.getTime());
  const quota = Math.floor((now.getTime() - from) / interval + burst);
  return { quota: Math.max(0, quota), arrivalAt: (taken: number) => new Date(from + taken * interval) };
}
