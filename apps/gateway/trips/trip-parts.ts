import type { Participant } from '../../../contracts/participant/participants.js';
import { type TripPartName, tripPartNames } from '../../../contracts/trip/trip-part.js';
import type { BookTripRequest } from '../../../workflows/book-trip/book-trip.contract.js';

/** Who reserves each part of a trip, in the order in which lists of all of them go. */
export const partParticipants = { hotel: 'hotel', flights: 'flight', car: 'car', rail: 'rail' } as const satisfies Record<
  TripPartName,
  Participant
>;

/** Who a saga about a trip with these parts needs. */
export function participantsFor(trip: Partial<Record<TripPartName, unknown>>): Participant[] {
  return ['trip', 'payment', ...tripPartNames.filter((part) => trip[part] !== undefined).map((part) => partParticipants[part])];
}

type RequestedParts = Pick<BookTripRequest, TripPartName>;

/** The parts that a trip was asked for, without what else the request holds; one that was not is absent, not undefined. */
export function requestedParts(request: { [Part in keyof RequestedParts]?: RequestedParts[Part] | undefined }): RequestedParts {
  return Object.fromEntries(tripPartNames.flatMap((part) => (request[part] === undefined ? [] : [[part, request[part]]])));
}
