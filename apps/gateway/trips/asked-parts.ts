import type { BookTripRequest } from '../../../workflows/book-trip/book-trip.contract.js';
import { type partParticipants, partNames } from './part-participants.js';

type AskedParts = Pick<BookTripRequest, keyof typeof partParticipants>;

/** The parts that a trip was asked for, without what else the request holds; one that was not is absent, not undefined. */
export function askedParts(request: { [Part in keyof AskedParts]?: AskedParts[Part] | undefined }): AskedParts {
  return Object.fromEntries(partNames.flatMap((part) => (request[part] === undefined ? [] : [[part, request[part]]])));
}
