import { type TripPartName, tripPartNames } from '../../contracts/trip-part.js';

/** What the steps about a part are named after. */
const nouns: Readonly<Record<TripPartName, string>> = { hotel: 'room', flights: 'seat', car: 'car', rail: 'train' };

/**
 * The parts of a trip about which the saga cannot say what it is about to say of all parts: an operator has skipped the step, or has
 * not decided yet. For a command to the trip service; nothing where all is well.
 */
export function excludedParts(
  saga: { isNotFinal(step: string): boolean },
  verb: 'reserve' | 'confirm' | 'cancel',
): { excludedParts?: TripPartName[] } {
  const excluded = tripPartNames.filter((part) => saga.isNotFinal(`${verb} ${nouns[part]}`));
  return excluded.length > 0 ? { excludedParts: excluded } : {};
}
