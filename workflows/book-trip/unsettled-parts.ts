import { type TripPartName, tripPartNames } from '../../contracts/trip-part.js';

/** What the steps about a part are named after. */
const nouns: Readonly<Record<TripPartName, string>> = { hotel: 'room', flights: 'seat', car: 'car', rail: 'train' };

/**
 * Of the parts of a trip, those about which a saga cannot say what it is about to say of all: an operator has skipped the step, or has not
 * decided yet. For the command that tells the trip service; nothing where all is well.
 */
export function unsettledParts(
  saga: { isUnsettled(step: string): boolean },
  verb: 'reserve' | 'confirm' | 'cancel',
): { excludedParts?: TripPartName[] } {
  const excludedParts = tripPartNames.filter((part) => saga.isUnsettled(`${verb} ${nouns[part]}`));
  return excludedParts.length > 0 ? { excludedParts } : {};
}
