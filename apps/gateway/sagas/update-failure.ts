import { WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';
import { sagaFailures } from '../../../workflows/saga/saga.contract.js';
import { TemporalUnavailableException } from '../temporal/temporal-outage.js';

/** Why a saga has rejected an update; undefined for any other error. */
export function updateFailureOf(error: unknown): { type: string | undefined; message: string } | undefined {
  if (!(error instanceof WorkflowUpdateFailedError)) return undefined;
  const { cause } = error;
  return {
    type: cause instanceof ApplicationFailure ? (cause.type ?? undefined) : undefined,
    message: cause?.message ?? error.message,
  };
}

/** The problem for an update that a saga has rejected, for reasons that every update may have. It is never a 5xx. */
export function rejectedUpdate({ type, message }: { type: string | undefined; message: string }): ProblemException {
  if (type === sagaFailures.malformedInput || type === sagaFailures.noteMissing) {
    const pointer = type === sagaFailures.noteMissing ? '/note' : '';
    return new ProblemException(422, 'VALIDATION_FAILED', message, { errors: [{ pointer, detail: message }] });
  }
  return new ProblemException(409, 'UPDATE_REJECTED', `The saga has rejected the request: ${message}`);
}

/** 503 `WORKER_UNAVAILABLE` if a message to a saga was sent and not answered; undefined for any other error. */
export function workerUnavailable(error: unknown, sagaId: string): ProblemException | undefined {
  if (!(error instanceof TemporalUnavailableException) || !error.sent) return undefined;
  const detail = `No worker has accepted the request for the saga ${sagaId} in time. It may still take effect. Repeating it is harmless.`;
  return new ProblemException(503, 'WORKER_UNAVAILABLE', detail, {}, { cause: error.cause, retryAfter: 1 });
}
