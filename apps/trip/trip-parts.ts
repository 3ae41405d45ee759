import type { ReservationState } from '../../contracts/reservation/reservation-state.js';
import { type TripPartName, tripPartNames } from '../../contracts/trip/trip-part.js';
import type { ReservedTripParts, TripParts, TripRequestParts } from '../../contracts/trip/trip.resource.js';

/** What of a trip was asked for, without what else a command holds. */
export function requestedParts({ hotel, flights, car, rail }: TripRequestParts): TripParts {
  return { ...(hotel && { hotel }), ...(flights && { flights }), ...(car && { car }), ...(rail && { rail }) };
}

/** The parts as they were reserved, all HELD. */
export function heldParts({ hotel, flights, car, rail }: ReservedTripParts): TripParts {
  const state = 'HELD';
  return {
    ...(hotel && { hotel: { ...hotel, state } }),
    ...(flights && { flights: flights.map((flight) => ({ ...flight, state })) }),
    ...(car && { car: { ...car, state } }),
    ...(rail && { rail: { ...rail, state } }),
  };
}

/** The same parts with what was reserved of them in another state; excluded parts keep theirs. */
export function withPartState(
  state: ReservationState,
  { hotel, flights, car, rail }: TripParts,
  excludedParts: readonly TripPartName[] = [],
): TripParts {
  const become = <Part extends { state?: ReservationState | undefined }>(name: TripPartName, part: Part): Part =>
    part.state === undefined || excludedParts.includes(name) ? part : { ...part, state };
  return {
    ...(hotel && { hotel: become('hotel', hotel) }),
    ...(flights && { flights: flights.map((flight) => become('flights', flight)) }),
    ...(car && { car: become('car', car) }),
    ...(rail && { rail: become('rail', rail) }),
  };
}

/** The first part that was asked for and not reserved, or reserved and not asked for; undefined if all fit. */
export function mismatchedPart(requested: TripParts, reserved: ReservedTripParts): TripPartName | undefined {
  return tripPartNames.find((name) => sizeOf(requested[name]) !== sizeOf(reserved[name]));
}

const sizeOf = (part: object | undefined): number => (Array.isArray(part) ? part.length : Number(part !== undefined));
