import { type TripPartName, tripPartNames } from '../../contracts/trip/trip-part.js';

/** The noun in the step names of a part. */
const nouns: Readonly<Record<TripPartName, string>> = { hotel: 'room', flights: 'seat', car: 'car', rail: 'train' };

/**
 * The parts of a trip whose step an operator has skipped, or has not decided yet. For a command to the trip service; empty when every
 * step succeeded.
 */
export function excludedParts(
  saga: { isNotFinal(step: string): boolean },
  verb: 'reserve' | 'confirm' | 'cancel',
): { excludedParts?: TripPartName[] } {
  const excluded = tripPartNames.filter((part) => saga.isNotFinal(`${verb} ${nouns[part]}`));
  return excluded.length > 0 ? { excludedParts: excluded } : {};
}
