import { Injectable } from '@nestjs/common';
import type { TripState } from '../../contracts/trip-state.js';
import {
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
import { findMark, setMark } from '../../libs/participant/operation-mark.js';
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

/** What sagas may ask of the trip service. Each command is harmless when repeated, with the same key or with another. */
@Injectable()
export class TripCommands implements CommandHandlers<'trip', TripTransaction> {
  readonly createTrip = command(
    CreateTripCommand,
    async (tx: TripTransaction, { tripId, customerId, operationId, ...request }, context): Promise<TripStateAnswer | Refusal> => {
      const known = await lockTrip(tx, tripId);
      if (known)
        return new Refusal('TRIP_STATE_CONFLICT', `Trip ${tripId} is ${known.state} already; it cannot be created again.`);
      const parts = requestedParts(request);
      const trip = await insertTrip(tx, { tripId, customerId, operationId, parts, state: initialTripState });
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
      if (!allows('requestApproval', known.state as TripState)) return conflict(known, 'be put up for approval');
      const wrong = misfit(partsOf(known), reserved);
      if (wrong) return mismatch(tripId, wrong);
      const parts = heldParts(reserved);
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

  /** Needs no tombstone: a request for approval that comes later than this meets the trip FAILED, or fails with it. */
  readonly withdrawApproval = command(
    WithdrawApprovalCommand,
    async (tx: TripTransaction, { tripId }, context): Promise<TripStateAnswer> => {
      const known = await lockTrip(tx, tripId);
      if (known?.state !== 'AWAITING_APPROVAL') return { tripId, state: (known?.state ?? null) as TripState | null };
      const trip = await transitTrip(tx, tripId, 'withdrawApproval');
      await appendEvent(tx, tripEvent(trip, 'trip.approval-withdrawn', {}), context);
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
      // A trip never seen is remembered as failed: its creation may still be on its way and must be refused.
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
    async (tx: TripTransaction, { tripId, operationId }, context): Promise<BeginTripCancellationAnswer | Refusal> => {
      const known = await lockTrip(tx, tripId);
      if (!known || !isKnown(known)) return notFound(tripId);
      const mark = await findMark(tx, cancellation(tripId, operationId));
      if (mark === 'BEGUN') return lockedAnswer(known);
      if (mark)
        return new Refusal('TRIP_STATE_CONFLICT', `${operationId} has ended already; it cannot begin on trip ${tripId} again.`);
      if (!allows('beginCancellation', known.state as TripState)) {
        await setMark(tx, cancellation(tripId, operationId), 'REFUSED');
        await changeTrip(tx, tripId, { counts: true });
        return conflict(known, 'be cancelled');
      }
      await setMark(tx, cancellation(tripId, operationId), 'BEGUN');
      const trip = await transitTrip(tx, tripId, 'beginCancellation', { lockedBy: operationId, counts: true });
      await appendEvent(tx, tripEvent(trip, 'trip.cancellation-begun', { sagaId: operationId }), context);
      return lockedAnswer(trip);
    },
  );

  readonly reinstateTrip = command(
    ReinstateTripCommand,
    async (tx: TripTransaction, { tripId, operationId, reason }, context): Promise<TripStateAnswer | Refusal> => {
      const known = await lockTrip(tx, tripId);
      const mark = await findMark(tx, cancellation(tripId, operationId));
      if (mark === 'COMMITTED' || mark === 'CONFIRMED')
        return new Refusal(
          'TRIP_STATE_CONFLICT',
          `${operationId} has committed the cancellation of trip ${tripId}; it cannot be reinstated.`,
        );
      if (mark === 'UNDONE' || mark === 'REFUSED') return { tripId, state: (known?.state ?? null) as TripState | null };
      // The tombstone refuses a begin that arrives later.
      await setMark(tx, cancellation(tripId, operationId), 'UNDONE');
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
      await setMark(tx, cancellation(tripId, operationId), 'COMMITTED');
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
      await setMark(tx, cancellation(tripId, operationId), 'CONFIRMED');
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

const cancellation = (tripId: string, operationId: string) => ({ aggregateId: tripId, command: 'cancel', operationId });

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

/** Says what the trip is at, and what is pending on whose behalf. */
function conflict({ tripId, state, lockedBy }: TripRow, wish: string): Refusal {
  const pending = lockedBy === null ? '' : ` (its cancellation is pending on behalf of ${lockedBy})`;
  return new Refusal('TRIP_STATE_CONFLICT', `Trip ${tripId} is ${state}${pending} and cannot ${wish}.`);
}
