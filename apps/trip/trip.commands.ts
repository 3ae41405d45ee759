import { Injectable } from '@nestjs/common';
import { partsIn } from '../../contracts/trip/trip-part.js';
import type { TripState } from '../../contracts/trip/trip-state.js';
import {
  AcceptApprovalCommand,
  type BeginTripCancellationAnswer,
  BeginTripCancellationCommand,
  CommitTripCancellationCommand,
  ConfirmTripCancellationCommand,
  ConfirmTripCommand,
  CreateTripCommand,
  FailTripCommand,
  RemindApprovalCommand,
  RequestApprovalCommand,
  type TripStateAnswer,
  ReinstateTripCommand,
  WithdrawApprovalCommand,
} from '../../contracts/trip/trip.commands.js';
import type { Trip as TripRow } from '../../generated/trip/client.js';
import { command, type CommandHandlers } from '../../libs/participant/command-handler.js';
import { appendEvent } from '../../libs/participant/outbox.js';
import { Refusal } from '../../libs/participant/refusal.js';
import {
  changeOperationState,
  recordUndoneCreation,
  findOperationState,
  type Operation,
  type OperationState,
  recordCreation,
  insertOperation,
} from '../../libs/participant/operation.repository.js';
import { tripEvent } from './trip-event.js';
import { heldParts, mismatchedPart, withPartState } from './trip-parts.js';
import { allows, initialTripState } from './trip-transitions.js';
import {
  changeTrip,
  insertTrip,
  isKnown,
  lockTrip,
  partsOf,
  totalOf,
  transitTrip,
  type TripTransaction,
} from './trip.repository.js';

/** The commands of the trip service. A repeated command has no second effect, with the same key or with another. */
@Injectable()
export class TripCommands implements CommandHandlers<'trip', TripTransaction> {
  readonly createTrip = command(
    CreateTripCommand,
    async (
      tx: TripTransaction,
      { tripId, customerId, operationId, request, ...wanted },
      context,
    ): Promise<TripStateAnswer | Refusal> => {
      const known = await lockTrip(tx, tripId);
      if (known)
        return new Refusal('TRIP_STATE_CONFLICT', `Trip ${tripId} is ${known.state} already; it cannot be created again.`);
      const parts = partsIn(wanted);
      const trip = await insertTrip(tx, { tripId, customerId, operationId, parts, state: initialTripState });
      await recordCreation(tx, tripId, operationId, 'CONFIRMED', request);
      await appendEvent(tx, tripEvent(trip, 'trip.requested', parts), context);
      return answerOf(trip);
    },
  );

  readonly requestApproval = command(
    RequestApprovalCommand,
    async (tx: TripTransaction, { tripId, parts: reserved, total }, context): Promise<TripStateAnswer | Refusal> => {
      const known = await lockTrip(tx, tripId);
      if (!known) return notFound(tripId);
      if (known.state === 'AWAITING_APPROVAL') return answerOf(known);
      const progress = await findOperationState(tx, approval(tripId));
      if (progress || !allows('requestApproval', known.state as TripState))
        return conflict(known, 'be put up for approval', progress);
      const wrong = mismatchedPart(partsOf(known), reserved);
      if (wrong) return partsMismatch(tripId, wrong);
      const parts = heldParts(reserved);
      await insertOperation(tx, approval(tripId), 'BEGUN');
      const trip = await transitTrip(tx, tripId, 'requestApproval', { parts, total });
      await appendEvent(tx, tripEvent(trip, 'trip.approval-requested', { total, ...parts }), context);
      return answerOf(trip);
    },
  );

  readonly remindApproval = command(
    RemindApprovalCommand,
    async (tx: TripTransaction, { tripId }, context): Promise<TripStateAnswer | Refusal> => {
      const known = await lockTrip(tx, tripId);
      if (!known) return notFound(tripId);
      if (known.state !== 'AWAITING_APPROVAL') return conflict(known, 'be reminded of');
      if (known.approvalRemindedAt) return answerOf(known);
      const trip = await changeTrip(tx, tripId, { approvalRemindedAt: new Date() }, true);
      await appendEvent(tx, tripEvent(trip, 'trip.approval-reminded', { total: totalOf(trip) }), context);
      return answerOf(trip);
    },
  );

  readonly withdrawApproval = command(
    WithdrawApprovalCommand,
    async (tx: TripTransaction, { tripId }, context): Promise<TripStateAnswer> => {
      const known = await lockTrip(tx, tripId);
      const progress = await findOperationState(tx, approval(tripId));
      // The tombstone refuses a request for approval that arrives later.
      if (!progress) await insertOperation(tx, approval(tripId), 'UNDONE');
      // A trip may have failed before: compensations go on while one of them needs attention.
      if (progress === 'BEGUN') await changeOperationState(tx, approval(tripId), progress, 'UNDONE');
      if (progress !== 'BEGUN' || known?.state !== 'AWAITING_APPROVAL')
        return { tripId, state: (known?.state ?? null) as TripState | null };
      const trip = await transitTrip(tx, tripId, 'withdrawApproval');
      await appendEvent(tx, tripEvent(trip, 'trip.approval-withdrawn', {}), context);
      return answerOf(trip);
    },
  );

  readonly acceptApproval = command(
    AcceptApprovalCommand,
    async (tx: TripTransaction, { tripId }, context): Promise<TripStateAnswer | Refusal> => {
      const known = await lockTrip(tx, tripId);
      if (!known) return notFound(tripId);
      const progress = await findOperationState(tx, approval(tripId));
      if (progress === 'CONFIRMED' && allows('confirm', known.state as TripState)) return answerOf(known);
      if (progress !== 'BEGUN' || !allows('acceptApproval', known.state as TripState))
        return conflict(known, 'be approved', progress);
      await changeOperationState(tx, approval(tripId), progress, 'CONFIRMED');
      const trip = await transitTrip(tx, tripId, 'acceptApproval');
      await appendEvent(tx, tripEvent(trip, 'trip.approval-given', { total: totalOf(trip) }), context);
      return answerOf(trip);
    },
  );

  readonly confirmTrip = command(
    ConfirmTripCommand,
    async (
      tx: TripTransaction,
      { tripId, parts: reserved, total, excludedParts },
      context,
    ): Promise<TripStateAnswer | Refusal> => {
      const known = await lockTrip(tx, tripId);
      if (!known) return notFound(tripId);
      if (known.state === 'BOOKED') return answerOf(known);
      if (!allows('confirm', known.state as TripState)) return conflict(known, 'be confirmed');
      const wrong = mismatchedPart(partsOf(known), reserved);
      if (wrong) return partsMismatch(tripId, wrong);
      const parts = withPartState('CONFIRMED', heldParts(reserved), excludedParts);
      const trip = await transitTrip(tx, tripId, 'confirm', { parts, total });
      await appendEvent(tx, tripEvent(trip, 'trip.booked', { total, ...parts }), context);
      return answerOf(trip);
    },
    ['excludedParts'],
  );

  readonly failTrip = command(
    FailTripCommand,
    async (tx: TripTransaction, { tripId, failure, trip, excludedParts }, context): Promise<TripStateAnswer | Refusal> => {
      const known = await lockTrip(tx, tripId);
      if (known?.state === 'FAILED') return answerOf(known);
      if (known && !allows('fail', known.state as TripState)) return conflict(known, 'fail');
      // An unknown trip is stored as failed: a late creation must be refused.
      if (known) await recordUndoneCreation(tx, tripId, known.operationId);
      const failed = known
        ? await transitTrip(tx, tripId, 'fail', { failure, parts: withPartState('CANCELLED', partsOf(known), excludedParts) })
        : await insertTrip(tx, {
            tripId,
            customerId: trip?.customerId ?? null,
            parts: trip ? partsIn(trip) : {},
            operationId: trip?.operationId ?? context.correlationId ?? context.key,
            state: 'FAILED',
            failure,
          });
      if (!known) await recordCreation(tx, tripId, failed.operationId, 'UNDONE', trip?.request);
      await appendEvent(
        tx,
        tripEvent(failed, 'trip.failed', { failure, ...(excludedParts && { except: excludedParts }) }),
        context,
      );
      return answerOf(failed);
    },
    ['failure', 'excludedParts'],
  );

  readonly beginTripCancellation = command(
    BeginTripCancellationCommand,
    async (tx: TripTransaction, { tripId, operationId, request }, context): Promise<BeginTripCancellationAnswer | Refusal> => {
      const known = await lockTrip(tx, tripId);
      if (!known || !isKnown(known)) return notFound(tripId);
      const progress = await findOperationState(tx, cancellation(tripId, operationId));
      if (progress === 'BEGUN') return lockedAnswer(known);
      if (progress)
        return new Refusal('TRIP_STATE_CONFLICT', `${operationId} has ended already; it cannot begin on trip ${tripId} again.`);
      if (!allows('beginCancellation', known.state as TripState)) {
        await insertOperation(tx, cancellation(tripId, operationId), 'REFUSED', request);
        await changeTrip(tx, tripId, { countCommand: true });
        return conflict(known, 'be cancelled');
      }
      await insertOperation(tx, cancellation(tripId, operationId), 'BEGUN', request);
      const trip = await transitTrip(tx, tripId, 'beginCancellation', { lockedBy: operationId, countCommand: true });
      await appendEvent(tx, tripEvent(trip, 'trip.cancellation-begun', { sagaId: operationId }), context);
      return lockedAnswer(trip);
    },
  );

  readonly reinstateTrip = command(
    ReinstateTripCommand,
    async (tx: TripTransaction, { tripId, operationId, reason, request }, context): Promise<TripStateAnswer | Refusal> => {
      const known = await lockTrip(tx, tripId);
      const progress = await findOperationState(tx, cancellation(tripId, operationId));
      if (progress === 'COMMITTED' || progress === 'CONFIRMED')
        return new Refusal(
          'TRIP_STATE_CONFLICT',
          `${operationId} has committed the cancellation of trip ${tripId}; it cannot be reinstated.`,
        );
      if (progress === 'UNDONE' || progress === 'REFUSED') return { tripId, state: (known?.state ?? null) as TripState | null };
      // The tombstone refuses a begin that arrives later.
      const target = cancellation(tripId, operationId);
      await (progress ? changeOperationState(tx, target, progress, 'UNDONE') : insertOperation(tx, target, 'UNDONE', request));
      if (!known || !isKnown(known)) return { tripId, state: (known?.state ?? null) as TripState | null };
      const lastCancellation = { ...reason, sagaId: operationId };
      const trip =
        progress === 'BEGUN'
          ? await transitTrip(tx, tripId, 'reinstate', { lockedBy: null, lastCancellation })
          : await changeTrip(tx, tripId, { lastCancellation, countCommand: true }, true);
      await appendEvent(tx, tripEvent(trip, 'trip.cancellation-undone', { sagaId: operationId, reason }), context);
      return answerOf(trip);
    },
    ['reason'],
  );

  readonly commitTripCancellation = command(
    CommitTripCancellationCommand,
    async (tx: TripTransaction, { tripId, operationId }, context): Promise<TripStateAnswer | Refusal> => {
      const known = await lockTrip(tx, tripId);
      if (!known) return notFound(tripId);
      const progress = await findOperationState(tx, cancellation(tripId, operationId));
      if (progress === 'COMMITTED' || progress === 'CONFIRMED') return answerOf(known);
      if (progress !== 'BEGUN') return conflict(known, `be cancelled by ${operationId}, for which it is not locked`);
      await changeOperationState(tx, cancellation(tripId, operationId), progress, 'COMMITTED');
      const trip = await transitTrip(tx, tripId, 'commitCancellation');
      await appendEvent(tx, tripEvent(trip, 'trip.cancellation-committed', { sagaId: operationId }), context);
      return answerOf(trip);
    },
  );

  readonly confirmTripCancellation = command(
    ConfirmTripCancellationCommand,
    async (tx: TripTransaction, { tripId, operationId, refund, excludedParts }, context): Promise<TripStateAnswer | Refusal> => {
      const known = await lockTrip(tx, tripId);
      if (!known) return notFound(tripId);
      const progress = await findOperationState(tx, cancellation(tripId, operationId));
      if (progress === 'CONFIRMED') return answerOf(known);
      if (progress !== 'COMMITTED') return conflict(known, `be cancelled by ${operationId}, which has not committed that`);
      if (refund.currency !== known.currency)
        return new Refusal('CURRENCY_MISMATCH', `Trip ${tripId} was paid in ${known.currency} and not in ${refund.currency}.`);
      await changeOperationState(tx, cancellation(tripId, operationId), progress, 'CONFIRMED');
      const trip = await transitTrip(tx, tripId, 'confirmCancellation', {
        refund,
        parts: withPartState('CANCELLED', partsOf(known), excludedParts),
        lockedBy: null,
        lastCancellation: null,
      });
      const data = { total: totalOf(trip), refund, ...(excludedParts && { except: excludedParts }) };
      await appendEvent(tx, tripEvent(trip, 'trip.cancelled', data), context);
      return answerOf(trip);
    },
    ['excludedParts'],
  );
}

const cancellation = (tripId: string, operationId: string): Operation => ({
  aggregateId: tripId,
  command: 'cancel',
  operationId,
});

/** A trip is put up for approval once: BEGUN while a person has to decide, CONFIRMED when approved, UNDONE when withdrawn. */
const approval = (tripId: string): Operation => ({ aggregateId: tripId, command: 'approve', operationId: tripId });

const answerOf = ({ tripId, state }: TripRow): TripStateAnswer => ({ tripId, state: state as TripState });

const lockedAnswer = (trip: TripRow): BeginTripCancellationAnswer => ({
  tripId: trip.tripId,
  state: trip.state as TripState,
  total: totalOf(trip),
  parts: partsOf(trip),
  begunAt: trip.updatedAt.toISOString(),
});

const notFound = (tripId: string): Refusal => new Refusal('TRIP_NOT_FOUND', `There is no trip ${tripId}.`);

const partsMismatch = (tripId: string, part: string): Refusal =>
  new Refusal('TRIP_PARTS_MISMATCH', `Trip ${tripId} asked for another ${part} than was reserved.`);

/** Names the state of the trip, the operation that has locked it, and the state of its approval. */
function conflict({ tripId, state, lockedBy }: TripRow, action: string, approvalState?: OperationState): Refusal {
  const pending =
    lockedBy !== null
      ? ` (its cancellation is pending on behalf of ${lockedBy})`
      : approvalState
        ? ` (its approval is ${approvalState})`
        : '';
  return new Refusal('TRIP_STATE_CONFLICT', `Trip ${tripId} is ${state}${pending} and cannot ${action}.`);
}
