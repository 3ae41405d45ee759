import type { Participant } from '../../../contracts/participant/participants.js';
import { type TripPartName, tripPartNames } from '../../../contracts/trip/trip-part.js';

/** Who reserves each part of a trip, in the order in which lists of all of them go. */
export const partParticipants = { hotel: 'hotel', flights: 'flight', car: 'car', rail: 'rail' } as const satisfies Record<
  TripPartName,
  Participant
>;

/** Who a saga about a trip with these parts needs. */
export function participantsFor(trip: Partial<Record<TripPartName, unknown>>): Participant[] {
  return ['trip', 'payment', ...tripPartNames.filter((part) => trip[part] !== undefined).map((part) => partParticipants[part])];
}
