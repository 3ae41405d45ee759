import { daysOf } from './calendar.js';
import type { RequestedItem } from './reservation-item.js';

/** Units of a resource on one day. */
export interface Claim {
  resource: string;
  day: string;
  units: number;
}

/** The units that items need, summed by resource and day. */
export function claimsOf(items: readonly RequestedItem[]): Claim[] {
  const claims = new Map<string, Claim>();
  for (const { resource, firstDay, lastDay, units } of items) {
    for (const day of daysOf(firstDay, lastDay)) {
      const key = `${day} ${resource}`;
      claims.set(key, { resource, day, units: (claims.get(key)?.units ?? 0) + units });
    }
  }
  return [...claims.values()];
}
