import type { ReservationState } from '../../contracts/reservation-state.js';
import type { ReservedTripParts, TripPartName, TripParts, TripRequestParts } from '../../contracts/trip.resource.js';

const names = ['hotel', 'flights', 'car', 'rail'] as const satisfies TripPartName[];

/** What of a trip was asked for, without what else a command holds. */
export function requestedParts({ hotel, flights, car, rail }: TripRequestParts): TripParts {
  return { ...(hotel && { hotel }), ...(flights && { flights }), ...(car && { car }), ...(rail && { rail }) };
}

/** The parts as they were reserved, all in this state. */
export function reservedParts({ hotel, flights, car, rail }: ReservedTripParts, state: ReservationState): TripParts {
  return {
    ...(hotel && { hotel: { ...hotel, state } }),
    ...(flights && { flights: flights.map((flight) => ({ ...flight, state })) }),
    ...(car && { car: { ...car, state } }),
    ...(rail && { rail: { ...rail, state } }),
  };
}

/** The same parts with what was reserved of them released. */
export function releasedParts({ hotel, flights, car, rail }: TripParts): TripParts {
  return {
    ...(hotel && { hotel: released(hotel) }),
    ...(flights && { flights: flights.map(released) }),
    ...(car && { car: released(car) }),
    ...(rail && { rail: released(rail) }),
  };
}

/** The first part that was asked for and not reserved, or reserved and not asked for; undefined if all fit. */
export function misfit(asked: TripParts, reserved: ReservedTripParts): TripPartName | undefined {
  return names.find((name) => sizeOf(asked[name]) !== sizeOf(reserved[name]));
}

const released = <Part extends { state?: ReservationState | undefined }>(part: Part): Part =>
  part.state === undefined ? part : { ...part, state: 'CANCELLED' };

const sizeOf = (part: object | undefined): number => (Array.isArray(part) ? part.length : Number(part !== undefined));
