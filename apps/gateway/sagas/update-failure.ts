import { WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';
import { sagaFailures } from '../../../workflows/saga/saga.contract.js';
import { TemporalUnavailableException } from '../temporal/temporal-outage.js';

/** Why a saga has rejected an update; undefined for an error that is no answer of the saga's. */
export function updateFailureOf(error: unknown): { type: string | undefined; message: string } | undefined {
  if (!(error instanceof WorkflowUpdateFailedError)) return undefined;
  const { cause } = error;
  return {
    type: cause instanceof ApplicationFailure ? (cause.type ?? undefined) : undefined,
    message: cause?.message ?? error.message,
  };
}

/** The answer to an update that a saga has rejected for a reason that every update may have; it is never a 5xx. */
export function rejectedUpdate({ type, message }: { type: string | undefined; message: string }): ProblemException {
  if (type === sagaFailures.malformedInput || type === sagaFailures.noteMissing) {
    const pointer = type === sagaFailures.noteMissing ? '/note' : '';
    return new ProblemException(422, 'VALIDATION_FAILED', message, { errors: [{ pointer, detail: message }] });
  }
  return new ProblemException(409, 'UPDATE_REJECTED', `The saga has rejected the request: ${message}`);
}

/** 503 `WORKER_UNAVAILABLE` for an error that says that a message to a saga went out and was not answered; undefined for any other. */
export function workerUnavailable(error: unknown, sagaId: string): ProblemException | undefined {
  if (!(error instanceof TemporalUnavailableException) || !error.sent) return undefined;
  const detail = `No worker has taken the request for the saga ${sagaId} in time. It may still take effect; repeating it is harmless.`;
  return new ProblemException(503, 'WORKER_UNAVAILABLE', detail, {}, { cause: error.cause, retryAfter: 1 });
}
