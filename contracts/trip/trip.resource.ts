import { z } from 'zod';
import { CarRental } from '../reservation/car.commands.js';
import { codesInWords, failureCodes } from '../participant/failure-codes.js';
import { FlightLeg, FlightLegs } from '../reservation/flight.commands.js';
import { HotelStay } from '../reservation/hotel.commands.js';
import { Money } from '../values/money.js';
import { TrainRide } from '../reservation/rail.commands.js';
import { reservationStates } from '../reservation/reservation-state.js';
import { type TripPartName, tripPartNames } from './trip-part.js';
import { tripStates } from './trip-state.js';

/** The parts that a trip can be asked for; it has at least one. */
export const tripRequestParts = {
  hotel: HotelStay.optional(),
  flights: FlightLegs.optional(),
  car: CarRental.optional(),
  rail: TrainRide.optional(),
} satisfies Record<TripPartName, z.ZodType>;
export type TripRequestParts = z.infer<z.ZodObject<typeof tripRequestParts>>;

/** Parts that something is not true of, as an operator has skipped it or still has to decide. */
export const excludedParts = z.array(z.enum(tripPartNames)).min(1).max(tripPartNames.length).optional();

/** Whether anything is asked for at all; the check of every schema that has the parts. */
export const hasTripPart = ({ hotel, flights, car, rail }: TripRequestParts): boolean => Boolean(hotel ?? flights ?? car ?? rail);
export const noTripPart = { error: 'must ask for at least one of hotel, flights, car and rail' };

/** What a part has got besides its request. */
const reserved = {
  price: Money.optional(),
  reservationId: z.string().optional(),
  state: z
    .enum(reservationStates)
    .optional()
    .meta({ description: 'Absent, as are the other fields, for a part that is not reserved or not known' }),
};

/** The parts of a trip as readers see them. */
export const tripParts = {
  hotel: z.object({ ...HotelStay.shape, ...reserved }).optional(),
  flights: z.array(z.object({ ...FlightLeg.shape, ...reserved })).optional(),
  car: z.object({ ...CarRental.shape, ...reserved }).optional(),
  rail: z.object({ ...TrainRide.shape, ...reserved }).optional(),
};
export type TripParts = z.infer<z.ZodObject<typeof tripParts>>;

/** The parts as their participants have reserved them. */
const held = { price: Money, reservationId: z.string().min(1).max(200) };
export const reservedTripParts = {
  hotel: z.object({ ...HotelStay.shape, ...held }).optional(),
  flights: z.array(z.object({ ...FlightLeg.shape, ...held })).optional(),
  car: z.object({ ...CarRental.shape, ...held }).optional(),
  rail: z.object({ ...TrainRide.shape, ...held }).optional(),
};
export type ReservedTripParts = z.infer<z.ZodObject<typeof reservedTripParts>>;

const bookingSteps = {
  trip: ['createTrip', 'requestApproval'],
  hotel: ['reserveRoom'],
  flight: ['reserveSeat'],
  car: ['reserveCar'],
  rail: ['reserveSeat'],
  payment: ['authorize', 'capture'],
} as const;
const bookingCodes = failureCodes(bookingSteps, ['APPROVAL_DECLINED', 'APPROVAL_EXPIRED']);

/** Why a trip was not booked: the part that failed (`hotel`, `payment`, …) and a stable `code`. */
export const TripFailure = z
  .object({ part: z.string(), code: z.string().meta({ description: codesInWords(bookingCodes) }), detail: z.string() })
  .meta({ id: 'TripFailure' });
export type TripFailure = z.infer<typeof TripFailure>;

/** Why a cancellation came to nothing. */
export const LastCancellation = z
  .object({ code: z.string(), detail: z.string(), sagaId: z.string() })
  .meta({ id: 'LastCancellation' });

/** A trip as every reader sees it. Its total is 0 until all of its parts are reserved. */
export const Trip = z
  .object({
    tripId: z.string(),
    customerId: z.string(),
    state: z.enum(tripStates),
    total: Money,
    ...tripParts,
    failure: TripFailure.optional(),
    refund: Money.optional().meta({
      description: 'The refund of the cancellation: 0 if an operator has skipped it',
    }),
    pending: z
      .object({ command: z.literal('cancel'), sagaId: z.string() })
      .optional()
      .meta({ description: 'The command that locks the trip, and its saga' }),
    lastCancellation: LastCancellation.optional().meta({ description: 'Why the latest cancellation failed, if it did' }),
    commandCount: z.int().meta({ description: 'Number of commands on the trip so far' }),
    sagaId: z.string(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Trip' });
export type Trip = z.infer<typeof Trip>;
