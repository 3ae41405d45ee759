import { Injectable } from '@nestjs/common';
import type { TripState } from '../../contracts/trip-state.js';
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
} from '../../contracts/trip.commands.js';
import type { Trip as TripRow } from '../../generated/trip/client.js';
import { command, type CommandHandlers } from '../../libs/participant/command-handler.js';
import { appendEvent } from '../../libs/participant/outbox.js';
import { Refusal } from '../../libs/participant/refusal.js';
import {
  changeMark,
  creationUndone,
  findMark,
  type Operation,
  type OperationMark,
  rememberCreation,
  setFirstMark,
} from '../../libs/participant/operation-mark.js';
import { tripEvent } from './trip-event.js';
import { heldParts, misfit, partsBecome, requestedParts } from './trip-parts.js';
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

/** The commands of the trip service. Each may be repeated, with the same key or with another. */
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
      const parts = requestedParts(wanted);
      const trip = await insertTrip(tx, { tripId, customerId, operationId, parts, state: initialTripState });
      await rememberCreation(tx, tripId, operationId, 'CONFIRMED', request);
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
      const mark = await findMark(tx, approval(tripId));
      if (mark || !allows('requestApproval', known.state as TripState)) return conflict(known, 'be put up for approval', mark);
      const wrong = misfit(partsOf(known), reserved);
      if (wrong) return mismatch(tripId, wrong);
      const parts = heldParts(reserved);
      await setFirstMark(tx, approval(tripId), 'BEGUN');
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
      const mark = await findMark(tx, approval(tripId));
      // The tombstone refuses a request for approval that arrives later.
      if (!mark) await setFirstMark(tx, approval(tripId), 'UNDONE');
      // A trip may have failed before: compensations go on while one of them needs attention.
      if (mark === 'BEGUN') await changeMark(tx, approval(tripId), mark, 'UNDONE');
      if (mark !== 'BEGUN' || known?.state !== 'AWAITING_APPROVAL')
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
      const mark = await findMark(tx, approval(tripId));
      if (mark === 'CONFIRMED' && allows('confirm', known.state as TripState)) return answerOf(known);
      if (mark !== 'BEGUN' || !allows('acceptApproval', known.state as TripState)) return conflict(known, 'be approved', mark);
      await changeMark(tx, approval(tripId), mark, 'CONFIRMED');
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
      const wrong = misfit(partsOf(known), reserved);
      if (wrong) return mismatch(tripId, wrong);
      const parts = partsBecome('CONFIRMED', heldParts(reserved), excludedParts);
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
      // An unknown trip gets a tombstone: a late creation must be refused.
      if (known) await creationUndone(tx, tripId, known.operationId);
      const failed = known
        ? await transitTrip(tx, tripId, 'fail', { failure, parts: partsBecome('CANCELLED', partsOf(known), excludedParts) })
        : await insertTrip(tx, {
            tripId,
            customerId: trip?.customerId ?? null,
            parts: trip ? requestedParts(trip) : {},
            operationId: trip?.operationId ?? context.correlationId ?? context.key,
            state: 'FAILED',
            failure,
          });
      if (!known) await rememberCreation(tx, tripId, failed.operationId, 'UNDONE', trip?.request);
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
      const mark = await findMark(tx, cancellation(tripId, operationId));
      if (mark === 'BEGUN') return lockedAnswer(known);
      if (mark)
        return new Refusal('TRIP_STATE_CONFLICT', `${operationId} has ended already; it cannot begin on trip ${tripId} again.`);
      if (!allows('beginCancellation', known.state as TripState)) {
        await setFirstMark(tx, cancellation(tripId, operationId), 'REFUSED', request);
        await changeTrip(tx, tripId, { counts: true });
        return conflict(known, 'be cancelled');
      }
      await setFirstMark(tx, cancellation(tripId, operationId), 'BEGUN', request);
      const trip = await transitTrip(tx, tripId, 'beginCancellation', { lockedBy: operationId, counts: true });
      await appendEvent(tx, tripEvent(trip, 'trip.cancellation-begun', { sagaId: operationId }), context);
      return lockedAnswer(trip);
    },
  );

  readonly reinstateTrip = command(
    ReinstateTripCommand,
    async (tx: TripTransaction, { tripId, operationId, reason, request }, context): Promise<TripStateAnswer | Refusal> => {
      const known = await lockTrip(tx, tripId);
      const mark = await findMark(tx, cancellation(tripId, operationId));
      if (mark === 'COMMITTED' || mark === 'CONFIRMED')
        return new Refusal(
          'TRIP_STATE_CONFLICT',
          `${operationId} has committed the cancellation of trip ${tripId}; it cannot be reinstated.`,
        );
      if (mark === 'UNDONE' || mark === 'REFUSED') return { tripId, state: (known?.state ?? null) as TripState | null };
      // The tombstone refuses a begin that arrives later.
      const marked = cancellation(tripId, operationId);
      await (mark ? changeMark(tx, marked, mark, 'UNDONE') : setFirstMark(tx, marked, 'UNDONE', request));
      if (!known || !isKnown(known)) return { tripId, state: (known?.state ?? null) as TripState | null };
      const lastCancellation = { ...reason, sagaId: operationId };
      const trip =
        mark === 'BEGUN'
          ? await transitTrip(tx, tripId, 'reinstate', { lockedBy: null, lastCancellation })
          : await changeTrip(tx, tripId, { lastCancellation, counts: true }, true);
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
      const mark = await findMark(tx, cancellation(tripId, operationId));
      if (mark === 'COMMITTED' || mark === 'CONFIRMED') return answerOf(known);
      if (mark !== 'BEGUN') return conflict(known, `be cancelled by ${operationId}, for which it is not locked`);
      await changeMark(tx, cancellation(tripId, operationId), mark, 'COMMITTED');
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
      const mark = await findMark(tx, cancellation(tripId, operationId));
      if (mark === 'CONFIRMED') return answerOf(known);
      if (mark !== 'COMMITTED') return conflict(known, `be cancelled by ${operationId}, which has not committed that`);
      if (refund.currency !== known.currency)
        return new Refusal('CURRENCY_MISMATCH', `Trip ${tripId} was paid in ${known.currency} and not in ${refund.currency}.`);
      await changeMark(tx, cancellation(tripId, operationId), mark, 'CONFIRMED');
      const trip = await transitTrip(tx, tripId, 'confirmCancellation', {
        refund,
        parts: partsBecome('CANCELLED', partsOf(known), excludedParts),
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

const mismatch = (tripId: string, part: string): Refusal =>
  new Refusal('TRIP_PARTS_MISMATCH', `Trip ${tripId} asked for another ${part} than was reserved.`);

/** Names the trip's state, the operation that locks it, and the state of its approval. */
function conflict({ tripId, state, lockedBy }: TripRow, wish: string, approvalMark?: OperationMark): Refusal {
  const pending =
    lockedBy !== null
      ? ` (its cancellation is pending on behalf of ${lockedBy})`
      : approvalMark
        ? ` (its approval is ${approvalMark})`
        : '';
  return new Refusal('TRIP_STATE_CONFLICT', `Trip ${tripId} is ${state}${pending} and cannot ${wish}.`);
}
