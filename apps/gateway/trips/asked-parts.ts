import { type TripPartName, tripPartNames } from '../../../contracts/trip/trip-part.js';
import type { BookTripRequest } from '../../../workflows/book-trip/book-trip.contract.js';

type AskedParts = Pick<BookTripRequest, TripPartName>;

/** The parts that a trip was asked for, without what else the request holds; one that was not is absent, not undefined. */
export function askedParts(request: { [Part in keyof AskedParts]?: AskedParts[Part] | undefined }): AskedParts {
  return Object.fromEntries(tripPartNames.flatMap((part) => (request[part] === undefined ? [] : [[part, request[part]]])));
}
