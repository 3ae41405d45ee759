import { z } from 'zod';
import { codesInWords, failureCodes } from '../participant/failure-codes.js';
import { CommandLinks } from '../values/command-links.js';
import { Identifier } from '../values/identifier.js';
import { Money } from '../values/money.js';
import { Note } from '../values/note.js';
import { pageQuery } from '../values/page.js';
import { participants, reservationParticipants } from '../participant/participants.js';
import { reservationSchemas } from '../reservation/reservation-schemas.js';
import { reservationStates } from '../reservation/reservation-state.js';
import { type TripPartName, tripPartNames, tripPartTable } from './trip-part.js';
import { tripStates } from './trip-state.js';

type RequestSchema<Name extends TripPartName> =
  (typeof reservationSchemas)[(typeof tripPartTable)[Name]['participant']]['request'];
/** The schema of a part whose items have these fields besides those of the request. */
type WithFields<Request, Fields extends z.ZodRawShape> =
  Request extends z.ZodArray<z.ZodObject<infer Item>>
    ? z.ZodArray<z.ZodObject<Item & Fields>>
    : Request extends z.ZodObject<infer Item>
      ? z.ZodObject<Item & Fields>
      : never;

const requestSchemaOf = (name: TripPartName) => reservationSchemas[tripPartTable[name].participant].request;
const everyPart = (schemaOf: (name: TripPartName) => z.ZodType): Record<TripPartName, z.ZodOptional> =>
  Object.fromEntries(tripPartNames.map((name) => [name, schemaOf(name).optional()])) as unknown as Record<
    TripPartName,
    z.ZodOptional
  >;

/** The parts that a trip can be booked with. It has at least one. */
export const tripRequestParts = everyPart(requestSchemaOf) as { [Name in TripPartName]: z.ZodOptional<RequestSchema<Name>> };
export type TripRequestParts = z.infer<z.ZodObject<typeof tripRequestParts>>;

/** The parts that a command leaves as they are, because an operator has skipped their step or still has to decide. */
export const excludedParts = z.array(z.enum(tripPartNames)).min(1).max(tripPartNames.length).optional();

/** Whether a request has any part. Each schema of a request or a command with the parts checks it. */
export const hasTripPart = (parts: TripRequestParts): boolean => tripPartNames.some((name) => parts[name] !== undefined);
/** `hotel, flights, car and rail`. */
export const tripPartsInWords = `${tripPartNames.slice(0, -1).join(', ')} and ${tripPartNames.at(-1)}`;
export const noTripPart = { error: `must ask for at least one of ${tripPartsInWords}` };

/** The parts with these fields of each item, besides those of its request. */
const partsWith = <Fields extends z.ZodRawShape>(fields: Fields) =>
  everyPart((name) => {
    const request = requestSchemaOf(name);
    return request instanceof z.ZodArray
      ? z.array(z.object({ ...request.element.shape, ...fields }))
      : z.object({ ...request.shape, ...fields });
  }) as { [Name in TripPartName]: z.ZodOptional<WithFields<RequestSchema<Name>, Fields>> };

/** The parts of a trip as readers see them. */
export const tripParts = partsWith({
  price: Money.optional(),
  reservationId: z.string().optional(),
  state: z
    .enum(reservationStates)
    .optional()
    .meta({ description: 'Absent, as are the other fields, for a part that is not reserved or not known' }),
});
export type TripParts = z.infer<z.ZodObject<typeof tripParts>>;

/** The parts as their participants have reserved them. */
export const reservedTripParts = partsWith({ price: Money, reservationId: z.string().min(1).max(200) });
export type ReservedTripParts = z.infer<z.ZodObject<typeof reservedTripParts>>;

const bookingSteps = {
  trip: ['createTrip', 'requestApproval'],
  ...Object.fromEntries(
    reservationParticipants.map((name) => [
      name,
      Object.keys(participants[name]).filter((operation) => operation.startsWith('reserve')),
    ]),
  ),
  payment: ['authorize', 'capture'],
} as const;
const bookingCodes = failureCodes(bookingSteps, ['APPROVAL_DECLINED', 'APPROVAL_EXPIRED']);

/** Why a trip was not booked: the part that failed (`hotel`, `payment`, …) and a stable `code`. */
export const TripFailure = z
  .object({ part: z.string(), code: z.string().meta({ description: codesInWords(bookingCodes) }), detail: z.string() })
  .meta({ id: 'TripFailure' });
export type TripFailure = z.infer<typeof TripFailure>;

/** Why a cancellation failed. */
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

/** The query of the list of trips. */
export const TripListQuery = z.strictObject({
  customerId: Identifier.optional(),
  state: z.enum(tripStates).optional(),
  ...pageQuery,
});
export type TripListQuery = z.infer<typeof TripListQuery>;

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
    links: CommandLinks,
  })
  .meta({ id: 'TripAccepted' });
export type TripAccepted = z.infer<typeof TripAccepted>;

/** The optional body of an approval or a decline. */
export const TripDecision = z
  .strictObject({ note: Note.optional() })
  .meta({ id: 'TripDecision', examples: [{ note: 'Within the budget of the quarter.' }] });
export type TripDecision = z.infer<typeof TripDecision>;
