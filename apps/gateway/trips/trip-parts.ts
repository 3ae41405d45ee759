import type { Participant } from '../../../contracts/participant/participants.js';
import { type TripPartName, tripPartNames } from '../../../contracts/trip/trip-part.js';
import type { BookTripRequest } from '../../../workflows/book-trip/book-trip.contract.js';

/** The participant that reserves each part of a trip, in the order of lists. */
export const partParticipants = { hotel: 'hotel', flights: 'flight', car: 'car', rail: 'rail' } as const satisfies Record<
  TripPartName,
  Participant
>;

/** The participants that a saga of a trip with these parts needs. */
export function participantsFor(trip: Partial<Record<TripPartName, unknown>>): Participant[] {
  return ['trip', 'payment', ...tripPartNames.filter((part) => trip[part] !== undefined).map((part) => partParticipants[part])];
}

type RequestedParts = Pick<BookTripRequest, TripPartName>;

/** The requested parts of a trip, without the other fields of the request. Other parts are absent, not undefined. */
export function requestedParts(request: { [Part in keyof RequestedParts]?: RequestedParts[Part] | undefined }): RequestedParts {
  return Object.fromEntries(tripPartNames.flatMap((part) => (request[part] === undefined ? [] : [[part, request[part]]])));
}
