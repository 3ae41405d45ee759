import { z } from 'zod';
import { Identifier } from '../../../contracts/values/identifier.js';
import { Money } from '../../../contracts/values/money.js';
import { Note } from '../../../contracts/values/note.js';
import { hasTripPart, noTripPart, tripRequestParts } from '../../../contracts/trip/trip.resource.js';

/** The body of `POST /v1/trips`. */
export const BookTrip = z
  .strictObject({
    customerId: Identifier,
    paymentMethod: Identifier,
    ...tripRequestParts,
    approvalRequiredAbove: Money.extend({ amount: z.int().min(0) })
      .optional()
      .meta({ description: 'A higher total, or one in another currency, needs an approval' }),
  })
  .refine(hasTripPart, noTripPart)
  .meta({
    id: 'BookTrip',
    examples: [
      {
        customerId: 'CUST-ALICE',
        paymentMethod: 'pm_ok',
        hotel: { hotelId: 'HOTEL-ASTORIA', checkIn: '2027-05-01', checkOut: '2027-05-03', rooms: 1 },
        flights: [{ flightId: 'FLIGHT-BER-AMS', date: '2027-05-01', seats: 2 }],
        car: { carClass: 'COMPACT', location: 'AMS', pickUp: '2027-05-01', dropOff: '2027-05-03' },
        rail: { trainId: 'TRAIN-AMS-BER', date: '2027-05-03', seats: 2 },
      },
    ],
  });
export type BookTrip = z.infer<typeof BookTrip>;

/** The 202 of a command that started a saga on a trip. */
export const TripAccepted = z
  .object({
    tripId: z.string(),
    state: z.enum(['PENDING', 'CANCELLING']),
    sagaId: z.string(),
    links: z.object({ self: z.string(), saga: z.string(), temporalUi: z.string() }),
  })
  .meta({ id: 'TripAccepted' });
export type TripAccepted = z.infer<typeof TripAccepted>;

/** The optional body of an approval or a decline. */
export const TripDecision = z
  .strictObject({ note: Note.optional() })
  .meta({ id: 'TripDecision', examples: [{ note: 'Within the budget of the quarter.' }] });
export type TripDecision = z.infer<typeof TripDecision>;
