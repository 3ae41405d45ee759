import { z } from 'zod';
import { Identifier } from '../values/identifier.js';
import { Money } from '../values/money.js';
import { requestMemory } from '../participant/operation.resource.js';
import {
  excludedParts,
  hasTripPart,
  noTripPart,
  reservedTripParts,
  TripFailure,
  tripParts,
  tripRequestParts,
} from './trip.resource.js';
import { tripStates } from './trip-state.js';

const tripId = Identifier;
const operationId = z.string().min(1).max(200);
const particulars = { customerId: Identifier, operationId, ...tripRequestParts, ...requestMemory };

/** Records a PENDING trip with the requested parts. Nothing is reserved yet. */
export const CreateTripCommand = z.strictObject({ tripId, ...particulars }).refine(hasTripPart, noTripPart);
export type CreateTripCommand = z.infer<typeof CreateTripCommand>;

const reservedFields = { tripId, parts: z.strictObject(reservedTripParts), total: Money.extend({ amount: z.int().min(0) }) };

/** PENDING → AWAITING_APPROVAL, with the parts (HELD) and the total that are to be approved. */
export const RequestApprovalCommand = z.strictObject(reservedFields);
export type RequestApprovalCommand = z.infer<typeof RequestApprovalCommand>;

/** Publishes, once for each trip, that it is still AWAITING_APPROVAL. A repeat has no effect. Refused in any other state. */
export const RemindApprovalCommand = z.strictObject({ tripId });
export type RemindApprovalCommand = z.infer<typeof RemindApprovalCommand>;

/**
 * AWAITING_APPROVAL → PENDING, the compensation of `requestApproval`: the trip cannot be approved any more. Never refused. It leaves a
 * tombstone, so that a request that arrives later is refused.
 */
export const WithdrawApprovalCommand = z.strictObject({ tripId });
export type WithdrawApprovalCommand = z.infer<typeof WithdrawApprovalCommand>;

/** AWAITING_APPROVAL → PENDING: the trip was approved, and is not booked yet. Refused if the trip does not wait for an approval. */
export const AcceptApprovalCommand = z.strictObject({ tripId });
export type AcceptApprovalCommand = z.infer<typeof AcceptApprovalCommand>;

/**
 * PENDING or AWAITING_APPROVAL → BOOKED, with the parts and the total that was paid. The parts are CONFIRMED, except `excludedParts`: those
 * are still HELD.
 */
export const ConfirmTripCommand = z.strictObject({ ...reservedFields, excludedParts });
export type ConfirmTripCommand = z.infer<typeof ConfirmTripCommand>;

/**
 * PENDING or AWAITING_APPROVAL → FAILED, the compensation of `createTrip`. An unknown trip gets a tombstone, so that a late `createTrip` is
 * refused. With `trip` the tombstone can be read as a failed trip. Reserved parts are CANCELLED, except `excludedParts`, which keep their
 * state.
 */
export const FailTripCommand = z.strictObject({
  tripId,
  failure: TripFailure,
  trip: z.strictObject(particulars).refine(hasTripPart, noTripPart).optional(),
  excludedParts,
});
export type FailTripCommand = z.infer<typeof FailTripCommand>;

/** BOOKED → CANCELLING: locks the trip for the operation. Every other command is refused until the trip is reinstated or cancelled. */
export const BeginTripCancellationCommand = z.strictObject({ tripId, operationId, ...requestMemory });
export type BeginTripCancellationCommand = z.infer<typeof BeginTripCancellationCommand>;
/** The locked trip: the parts to release and the money to refund. */
export const BeginTripCancellationAnswer = z.object({
  tripId: z.string(),
  state: z.enum(tripStates),
  total: Money,
  parts: z.object(tripParts),
  begunAt: z.iso.datetime().meta({ description: 'When the trip was locked. It decides the refund' }),
});
export type BeginTripCancellationAnswer = z.infer<typeof BeginTripCancellationAnswer>;

/**
 * CANCELLING → BOOKED, the compensation of `beginTripCancellation`. Before the begin has arrived it leaves a tombstone for the
 * operation, so that the begin is refused when it arrives. Refused once the operation is committed.
 */
export const ReinstateTripCommand = z.strictObject({
  tripId,
  operationId,
  reason: z.strictObject({ code: z.string().min(1).max(100), detail: z.string().max(2_000) }),
  ...requestMemory,
});
export type ReinstateTripCommand = z.infer<typeof ReinstateTripCommand>;

/** The point of no return of the cancellation: afterwards the trip cannot be reinstated. */
export const CommitTripCancellationCommand = z.strictObject({ tripId, operationId });
export type CommitTripCancellationCommand = z.infer<typeof CommitTripCancellationCommand>;

/**
 * CANCELLING → CANCELLED, with the refund; only after the commit. Every part is CANCELLED, except `excludedParts`: those keep their
 * state.
 */
export const ConfirmTripCancellationCommand = z.strictObject({
  tripId,
  operationId,
  refund: Money.extend({ amount: z.int().min(0) }),
  excludedParts,
});
export type ConfirmTripCancellationCommand = z.infer<typeof ConfirmTripCancellationCommand>;

/** The state of the trip after a command; null for a trip that the trip service does not know. */
export const TripStateAnswer = z.object({ tripId: z.string(), state: z.enum(tripStates).nullable() });
export type TripStateAnswer = z.infer<typeof TripStateAnswer>;
