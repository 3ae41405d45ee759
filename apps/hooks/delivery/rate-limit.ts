/**
 * Generic cell rate algorithm: how many requests may be sent now, and the theoretical arrival time of the next one. A burst of
 * one second is allowed.
 *
 * @param arrivalAt the last `arrivalAt(taken)`, null at first.
 */
export function rateLimit(ratePerSecond: number, arrivalAt: Date | null, now: Date) {
  const interval = 1_000 / ratePerSecond;
  const burst = Math.max(1, Math.floor(ratePerSecond));
  const from = Math.max(arrivalAt?.getTime() ?? 0, now.getTime());
  const quota = Math.floor((now.getTime() - from) / interval + burst);
  return { quota: Math.max(0, quota), arrivalAt: (taken: number) => new Date(from + taken * interval) };
}
