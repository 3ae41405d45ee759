import type { HoldAnswer } from '../../contracts/reservation/reservation.commands.js';
import type { CarRental } from '../../contracts/reservation/car.commands.js';
import type { FlightLeg } from '../../contracts/reservation/flight.commands.js';
import type { HotelStay } from '../../contracts/reservation/hotel.commands.js';
import type { Money } from '../../contracts/values/money.js';
import type { TrainRide } from '../../contracts/reservation/rail.commands.js';
import type { ReservedTripParts } from '../../contracts/trip/trip.resource.js';
import type { SagaFailure } from '../saga/saga.contract.js';
import type { BookTripRequest, TripFailure } from './book-trip.contract.js';

type RequestedParts = Pick<BookTripRequest, 'hotel' | 'flights' | 'car' | 'rail'>;

export interface Holds {
  hotel?: HoldAnswer<HotelStay> | undefined;
  flights?: HoldAnswer<FlightLeg> | undefined;
  car?: HoldAnswer<CarRental> | undefined;
  rail?: HoldAnswer<TrainRide> | undefined;
}

/** The trip as it is approved, paid and confirmed. */
export interface Booking {
  tripId: string;
  parts: ReservedTripParts;
  total: Money;
}

export const bookingOf = (tripId: string, holds: Holds): Booking => ({ tripId, parts: partsOf(holds), total: totalOf(holds) });

/** The parts of a trip as their participants have reserved them. */
export function partsOf({ hotel, flights, car, rail }: Holds): ReservedTripParts {
  return {
    ...(hotel?.items[0] ? { hotel: hotel.items[0] } : {}),
    ...(flights ? { flights: flights.items } : {}),
    ...(car?.items[0] ? { car: car.items[0] } : {}),
    ...(rail?.items[0] ? { rail: rail.items[0] } : {}),
  };
}

/** The total price. All participants use one currency. */
export function totalOf({ hotel, flights, car, rail }: Holds): Money {
  const prices = [hotel, flights, car, rail].flatMap((hold) => (hold ? [hold.price] : []));
  return { amount: prices.reduce((sum, { amount }) => sum + amount, 0), currency: prices[0]?.currency ?? 'EUR' };
}

/** The part of the trip that a step belongs to, as the trip's `failure` names it. */
const partOfStep: Record<string, string> = {
  'reserve room': 'hotel',
  'reserve seat': 'flights',
  'reserve car': 'car',
  'reserve train': 'rail',
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

/** The requested parts. A part that was not requested is absent, not undefined. */
export function requestedParts({ hotel, flights, car, rail }: RequestedParts): RequestedParts {
  return { ...(hotel && { hotel }), ...(flights && { flights }), ...(car && { car }), ...(rail && { rail }) };
}
