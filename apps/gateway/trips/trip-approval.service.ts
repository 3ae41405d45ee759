import { Injectable } from '@nestjs/common';
import { WorkflowNotFoundError, WorkflowUpdateStage } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Trip, TripDecision } from '../../../contracts/trip/trip.resource.js';
import { fingerprint } from '../../../libs/service-kit/fingerprint.js';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';
import {
  type ApprovalDecision,
  type ApprovalMade,
  approveUpdate,
  bookTripIds,
  declineUpdate,
  notAwaitingApproval,
} from '../../../workflows/book-trip/book-trip.contract.js';
import type { CommandHeaders } from '../http/command-headers.decorator.js';
import { rejectedUpdate, updateFailureOf, workerUnavailable } from '../sagas/update-failure.js';
import { TemporalService } from '../temporal/temporal.service.js';
import { TripReader } from './trip-reader.service.js';

const updates = {
  approve: { update: approveUpdate, made: 'approved' },
  decline: { update: declineUpdate, made: 'declined' },
} as const;

/** Leaves time to read the trip, within the five seconds that the API promises. */
const UPDATE_TIMEOUT_MS = 2_500;
/**
 * How long an accepted decision waits for its result. The pivot's key decides about a decline, and its participant may be
 * unavailable.
 */
const RESULT_TIMEOUT_MS = 1_000;
/** The trip is AWAITING_APPROVAL a moment before its saga waits. So a saga that does not wait gets the update again after these pauses. */
const RETRY_PAUSES_MS = [50, 150, 300];

/** The decision of an operator about a trip that waits for approval. */
@Injectable()
export class TripApproval {
  constructor(
    private readonly temporal: TemporalService,
    private readonly trips: TripReader,
  ) {}

  /**
   * Makes the decision. With an idempotency key, repeats have no further effect.
   * @returns the trip after the decision, or the current trip while the pivot's key has not yet decided about a decline.
   * @throws ProblemException 404, 409 `TRIP_NOT_AWAITING_APPROVAL`, 422 `IDEMPOTENCY_KEY_REUSED`, 503 `WORKER_UNAVAILABLE`.
   */
  async decide(
    decision: keyof typeof updates,
    tripId: string,
    body: TripDecision | undefined,
    { caller, idempotencyKey }: Pick<CommandHeaders, 'caller' | 'idempotencyKey'>,
  ): Promise<Trip> {
    const note: ApprovalDecision = body?.note === undefined ? {} : { note: body.note };
    const updateId = `decide:${idempotencyKey === undefined ? randomUUID() : fingerprint(caller, idempotencyKey)}`;
    const send = () => this.send(tripId, decision, note, updateId);
    let accepted = await send();
    for (const pause of accepted ? [] : RETRY_PAUSES_MS) {
      const { state } = await this.trips.trip(tripId);
      if (state !== 'AWAITING_APPROVAL') break;
      await delay(pause);
      accepted = await send();
      if (accepted) break;
    }
    const trip = await this.trips.trip(tripId);
    if (!accepted) throw notAwaitingProblem(trip);
    return trip;
  }

  /** @returns false when the saga does not wait for an approval: not yet, no longer, or there is no saga. */
  private async send(tripId: string, decision: keyof typeof updates, body: ApprovalDecision, updateId: string): Promise<boolean> {
    const sagaId = bookTripIds.of(tripId);
    const { update, made } = updates[decision];
    try {
      const options = { args: [body] as [ApprovalDecision], updateId };
      const waitForStage = WorkflowUpdateStage.ACCEPTED;
      const accepted = await this.temporal.call(
        (client) => client.workflow.getHandle(sagaId).startUpdate(update, { ...options, waitForStage }),
        UPDATE_TIMEOUT_MS,
      );
      const first = await this.temporal.wait(() => accepted.result(), RESULT_TIMEOUT_MS);
      if (first && !isSame(first, { decision: made, ...body })) throw keyReused(tripId);
      return true;
    } catch (error) {
      const failure = updateFailureOf(error);
      if (error instanceof WorkflowNotFoundError || failure?.type === notAwaitingApproval) return false;
      throw failure ? rejectedUpdate(failure) : (workerUnavailable(error, sagaId) ?? error);
    }
  }
}

/** Whether the result belongs to this decision, not to an earlier one with the same id. */
const isSame = (first: ApprovalMade, { decision, note }: ApprovalMade): boolean =>
  first.decision === decision && first.note === note;

const keyReused = (tripId: string): ProblemException =>
  new ProblemException(
    422,
    'IDEMPOTENCY_KEY_REUSED',
    `The Idempotency-Key belongs to another decision about the trip ${tripId}. Send this decision with a new key.`,
  );

function notAwaitingProblem({ tripId, state }: Trip): ProblemException {
  const why = state === 'AWAITING_APPROVAL' ? 'decided already' : state;
  return new ProblemException(
    409,
    'TRIP_NOT_AWAITING_APPROVAL',
    `The trip ${tripId} is ${why}: it does not wait for an approval.`,
  );
}
