/** The refunded share of the price, by whole days from the cancellation to the first day of the trip. The first matching row counts. */
export const refundPolicy = [
  { daysBefore: 14, share: 1 },
  { daysBefore: 7, share: 0.5 },
  { daysBefore: 1, share: 0.25 },
] as const;

const DAY_MS = 86_400_000;

/** The refund of `total` when a trip that begins on `firstDay` (`YYYY-MM-DD`) is cancelled at `now` (ms). Minor units, rounded down. */
export function refundOf<Total extends { amount: number }>(total: Total, firstDay: string, now: number): Total {
  const days = Math.floor((Date.parse(firstDay) - now) / DAY_MS);
  const share = refundPolicy.find(({ daysBefore }) => days >= daysBefore)?.share ?? 0;
  return { ...total, amount: Math.floor(total.amount * share) };
}
