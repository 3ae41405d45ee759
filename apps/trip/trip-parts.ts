import type { ReservationState } from '../../contracts/reservation/reservation-state.js';
import { changeItems, type TripPartName, tripPartNames } from '../../contracts/trip/trip-part.js';
import type { ReservedTripParts, TripParts } from '../../contracts/trip/trip.resource.js';

/** The parts as they were reserved, all HELD. */
export const heldParts = (parts: ReservedTripParts): TripParts =>
  changeItems(parts, (item) => ({ ...item, state: 'HELD' })) as TripParts;

/** The same parts, with the reserved parts in another state. Excluded parts keep their state. */
export const withPartState = (
  state: ReservationState,
  parts: TripParts,
  excludedParts: readonly TripPartName[] = [],
): TripParts =>
  changeItems(parts, (item, name) =>
    item.state === undefined || excludedParts.includes(name) ? item : { ...item, state },
  ) as TripParts;

/** The first part that was requested and not reserved, or reserved and not requested; undefined if all match. */
export function mismatchedPart(requested: TripParts, reserved: ReservedTripParts): TripPartName | undefined {
  return tripPartNames.find((name) => sizeOf(requested[name]) !== sizeOf(reserved[name]));
}

const sizeOf = (part: object | undefined): number => (Array.isArray(part) ? part.length : Number(part !== undefined));
