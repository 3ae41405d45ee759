import { Inject, Injectable } from '@nestjs/common';
import { WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Trip } from '../../../contracts/trip.resource.js';
import { fingerprint } from '../../../libs/service-kit/fingerprint.js';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';
import {
  type ApprovalDecision,
  approveUpdate,
  bookTripIds,
  declineUpdate,
  notAwaitingApproval,
} from '../../../workflows/book-trip/book-trip.contract.js';
import type { CommandHeaders } from '../saga-start/command-headers.decorator.js';
import { workerUnavailable } from '../sagas/worker-unavailable.js';
import { TemporalService } from '../temporal/temporal.service.js';
import { TripReader } from './trip-reader.service.js';
import type { TripDecision } from './trip.dto.js';

const updates = { approve: approveUpdate, decline: declineUpdate };

/** Leaves time within a caller's patience to look the trip up. */
const UPDATE_MS = 2_500;
/** The trip shows that it waits a moment before its saga does: so a saga that does not wait is asked again after these pauses. */
const ASKED_AGAIN_MS = [50, 150, 300];

/** A person's decision about a trip that waits for approval. */
@Injectable()
export class TripApproval {
  constructor(
    @Inject(TemporalService) private readonly temporal: TemporalService,
    @Inject(TripReader) private readonly trips: TripReader,
  ) {}

  /**
   * Makes the decision; with an idempotency key once, however often it is sent. @returns the trip as it is after that.
   * @throws ProblemException 404, 409 `TRIP_NOT_AWAITING_APPROVAL`, 503 `WORKER_UNAVAILABLE`.
   */
  async decide(
    decision: keyof typeof updates,
    tripId: string,
    given: TripDecision | undefined,
    { caller, idempotencyKey }: Pick<CommandHeaders, 'caller' | 'idempotencyKey'>,
  ): Promise<Trip> {
    const note: ApprovalDecision = given?.note === undefined ? {} : { note: given.note };
    const updateId = `${decision}:${idempotencyKey === undefined ? randomUUID() : fingerprint(caller, idempotencyKey, note)}`;
    const tell = () => this.tell(tripId, updates[decision], note, updateId);
    let taken = await tell();
    for (const pause of taken ? [] : ASKED_AGAIN_MS) {
      const { state } = await this.trips.trip(tripId);
      if (state !== 'AWAITING_APPROVAL') break;
      await delay(pause);
      taken = await tell();
      if (taken) break;
    }
    const trip = await this.trips.trip(tripId);
    if (!taken) throw notAwaited(trip);
    return trip;
  }

  /** @returns false when the saga does not wait for an approval: not yet, not any more, or there is none. */
  private async tell(tripId: string, update: typeof approveUpdate, note: ApprovalDecision, updateId: string): Promise<boolean> {
    const sagaId = bookTripIds.of(tripId);
    try {
      const options = { args: [note] as [ApprovalDecision], updateId };
      await this.temporal.call((client) => client.workflow.getHandle(sagaId).executeUpdate(update, options), UPDATE_MS);
      return true;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError || isRefused(error)) return false;
      throw workerUnavailable(error, sagaId) ?? error;
    }
  }
}

const isRefused = (error: unknown): boolean =>
  error instanceof WorkflowUpdateFailedError &&
  error.cause instanceof ApplicationFailure &&
  error.cause.type === notAwaitingApproval;

function notAwaited({ tripId, state }: Trip): ProblemException {
  const why = state === 'AWAITING_APPROVAL' ? 'decided about already' : state;
  return new ProblemException(
    409,
    'TRIP_NOT_AWAITING_APPROVAL',
    `The trip ${tripId} is ${why}: it does not wait for an approval.`,
  );
}
