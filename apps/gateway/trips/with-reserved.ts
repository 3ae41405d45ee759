import type { Reservation } from '../../../contracts/reservation/reservation.resource.js';
import type { TripPartName } from '../../../contracts/trip/trip-part.js';
import type { Trip } from '../../../contracts/trip/trip.resource.js';

export type PartState = Pick<Reservation, 'price' | 'reservationId' | 'state'>;

/** The trip with what its participant has reserved for a part, in the order of the request; as it was if that does not fit. */
export function withReserved(trip: Trip, name: TripPartName, reserved: readonly PartState[]): Trip {
  const part = trip[name];
  if (part === undefined || reserved.length !== [part].flat().length) return trip;
  const filled = Array.isArray(part) ? part.map((one, index) => ({ ...one, ...reserved[index] })) : { ...part, ...reserved[0] };
  return { ...trip, [name]: filled };
}
