import type { Participant } from '../../../contracts/participants.js';
import type { TripPartName } from '../../../contracts/trip.resource.js';

/** Who reserves each part of a trip. */
const participantOf = { hotel: 'hotel', flights: 'flight', car: 'car' } as const satisfies Partial<
  Record<TripPartName, Participant>
>;

const partNames = Object.keys(participantOf) as (keyof typeof participantOf)[];

/** Who a saga about a trip with these parts needs. */
export function participantsFor(trip: Partial<Record<TripPartName, unknown>>): Participant[] {
  return ['trip', 'payment', ...partNames.filter((part) => trip[part] !== undefined).map((part) => participantOf[part])];
}
