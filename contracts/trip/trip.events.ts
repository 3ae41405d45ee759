import { z } from 'zod';
import { Money } from '../values/money.js';
import { TripFailure, tripParts } from './trip.resource.js';

const trip = { tripId: z.string(), customerId: z.string() };
// Names and no enumeration: another participant adds a part, and that must not break consumers.
const except = z
  .array(z.string())
  .min(1)
  .optional()
  .meta({ description: 'Parts that are not released: an operator must decide about them, or has skipped them' });
const sagaId = z.string().meta({ description: 'The saga that cancels the trip' });

const euros = (amount: number) => ({ amount: amount * 100, currency: 'EUR' });
const sample = { tripId: 'TRIP-1', customerId: 'CUST-ALICE' };
const hotel = { hotelId: 'HOTEL-ASTORIA', checkIn: '2027-02-01', checkOut: '2027-02-03', rooms: 1 };
const flights = [{ flightId: 'FLIGHT-BER-AMS', date: '2027-02-01', seats: 2 }];
const booked = {
  hotel: { ...hotel, price: euros(240), reservationId: 'TRIP-1-1', state: 'CONFIRMED' },
  flights: flights.map((leg) => ({ ...leg, price: euros(180), reservationId: 'TRIP-1-1', state: 'CONFIRMED' })),
};
const cancelSaga = 'cancel-trip:TRIP-1:1';

/** The facts that the trip service publishes, by type and version. */
export const tripEvents = {
  'trip.requested.v1': z.object({ ...trip, ...tripParts }).meta({
    description: 'A trip was requested; nothing is reserved yet.',
    examples: [
      { ...sample, hotel, flights },
      {
        tripId: 'TRIP-2',
        customerId: 'CUST-BOB',
        car: { carClass: 'COMPACT', location: 'AMS', pickUp: '2027-02-01', dropOff: '2027-02-03' },
        rail: { trainId: 'TRAIN-ONE', date: '2027-02-01', seats: 2 },
      },
    ],
  }),
  'trip.approval-requested.v1': z.object({ ...trip, total: Money, ...tripParts }).meta({
    description: 'All parts are held, and a person must approve the trip before it is paid.',
    examples: [{ ...sample, total: euros(420), hotel, flights }],
  }),
  'trip.approval-reminded.v1': z.object({ ...trip, total: Money }).meta({
    description: 'Half of the approval window is over, and nobody has decided.',
    examples: [{ ...sample, total: euros(420) }],
  }),
  'trip.approval-withdrawn.v1': z.object(trip).meta({
    description: 'The approval is no longer needed: the trip rolled back before a decision.',
    examples: [sample],
  }),
  'trip.approval-given.v1': z.object({ ...trip, total: Money }).meta({
    description: 'A person has approved the trip; it is paid next.',
    examples: [{ ...sample, total: euros(420) }],
  }),
  'trip.booked.v1': z.object({ ...trip, total: Money, ...tripParts }).meta({
    description: 'The trip is booked and paid; every part is confirmed, unless its state says otherwise.',
    examples: [{ ...sample, total: euros(420), ...booked }],
  }),
  'trip.failed.v1': z.object({ ...trip, customerId: trip.customerId.nullable(), failure: TripFailure, except }).meta({
    description: 'The trip was refused or rolled back. The customer is null if only the id of the trip is known.',
    examples: [
      { ...sample, failure: { part: 'hotel', code: 'HOTEL_FULL', detail: 'HOTEL-TWO has no room left on 2027-02-01.' } },
      { tripId: 'TRIP-2', customerId: null, failure: { part: 'trip', code: 'ABORTED', detail: 'An operator aborted the saga.' } },
    ],
  }),
  'trip.cancellation-begun.v1': z.object({ ...trip, sagaId }).meta({
    description: 'A cancellation began: the trip is locked for its saga.',
    examples: [{ ...sample, sagaId: cancelSaga }],
  }),
  'trip.cancellation-undone.v1': z.object({ ...trip, sagaId, reason: z.object({ code: z.string(), detail: z.string() }) }).meta({
    description: 'A cancellation failed; the trip is as before.',
    examples: [{ ...sample, sagaId: cancelSaga, reason: { code: 'ABORTED', detail: 'An operator aborted the saga.' } }],
  }),
  'trip.cancellation-committed.v1': z.object({ ...trip, sagaId }).meta({
    description: 'The cancellation can no longer be undone.',
    examples: [{ ...sample, sagaId: cancelSaga }],
  }),
  'trip.cancelled.v1': z.object({ ...trip, total: Money, refund: Money, except }).meta({
    description:
      'The trip was cancelled and its parts are released. `refund` is the amount that was refunded by the policy, or 0 if an operator has skipped the refund.',
    examples: [{ ...sample, total: euros(420), refund: euros(210) }],
  }),
} as const;

export type TripEventType = keyof typeof tripEvents;
export type TripEventData<Type extends TripEventType> = z.infer<(typeof tripEvents)[Type]>;
