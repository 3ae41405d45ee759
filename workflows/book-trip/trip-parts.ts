import type { HoldAnswer } from '../../contracts/reservation/reservation.commands.js';
import { presentParts, type TripPartName, tripPartNames, tripPartTable } from '../../contracts/trip/trip-part.js';
import type { ReservedTripParts } from '../../contracts/trip/trip.resource.js';
import type { Money } from '../../contracts/values/money.js';
import type { SagaFailure } from '../saga/saga.contract.js';
import type { TripFailure } from './book-trip.contract.js';

/** What the participants have answered. */
export type Holds = { [Name in TripPartName]?: HoldAnswer<object> | undefined };

/** The trip as it is approved, paid and confirmed. */
export interface Booking {
  tripId: string;
  parts: ReservedTripParts;
  total: Money;
}

export const bookingOf = (tripId: string, holds: Holds): Booking => ({ tripId, parts: partsOf(holds), total: totalOf(holds) });

/** The parts of a trip as their participants have reserved them. */
export const partsOf = (holds: Holds): ReservedTripParts =>
  Object.fromEntries(
    presentParts(holds).flatMap(([name, { items }]) => {
      const part = tripPartTable[name].list ? items : items[0];
      return part === undefined ? [] : [[name, part]];
    }),
  );

/** The total price. All participants use one currency. */
export function totalOf(holds: Holds): Money {
  const prices = presentParts(holds).map(([, { price }]) => price);
  return { amount: prices.reduce((sum, { amount }) => sum + amount, 0), currency: prices[0]?.currency ?? 'EUR' };
}

/** The part of the trip that a step belongs to, as the trip's `failure` names it. */
const partOfStep: Record<string, string> = {
  ...Object.fromEntries(tripPartNames.map((name) => [`reserve ${tripPartTable[name].noun}`, name])),
  'authorize payment': 'payment',
  'capture payment': 'payment',
  'request approval': 'approval',
  'accept approval': 'approval',
};

/** Why a trip failed, and which part of it failed. */
export const tripFailureOf = ({ reason, step }: SagaFailure): TripFailure => ({
  part: step === undefined ? 'trip' : (partOfStep[step] ?? 'trip'),
  ...reason,
});
