import { type TripPartName, tripPartNames, tripPartTable } from '../../contracts/trip/trip-part.js';

/**
 * The parts of a trip whose step an operator has skipped, or has not decided yet. For a command to the trip service; empty when every
 * step succeeded.
 */
export function excludedParts(
  saga: { isNotFinal(step: string): boolean },
  verb: 'reserve' | 'confirm' | 'cancel',
): { excludedParts?: TripPartName[] } {
  const excluded = tripPartNames.filter((part) => saga.isNotFinal(`${verb} ${tripPartTable[part].noun}`));
  return excluded.length > 0 ? { excludedParts: excluded } : {};
}
