import type { Participant } from '../../../contracts/participant/participants.js';
import { presentParts, type TripPartName, tripPartTable } from '../../../contracts/trip/trip-part.js';

/** The participants that a saga of a trip with these parts needs. */
export function participantsFor(trip: { [Name in TripPartName]?: unknown }): Participant[] {
  return ['trip', 'payment', ...presentParts(trip).map(([name]) => tripPartTable[name].participant)];
}
