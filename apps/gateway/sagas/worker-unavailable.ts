import { ProblemException } from '../../../libs/service-kit/problem.exception.js';
import { TemporalUnavailableException } from '../temporal/temporal-unavailable.exception.js';

/** 503 `WORKER_UNAVAILABLE` for an error that says that a message to a saga went out and was not answered; undefined for any other. */
export function workerUnavailable(error: unknown, sagaId: string): ProblemException | undefined {
  if (!(error instanceof TemporalUnavailableException) || !error.sent) return undefined;
  const detail = `No worker has taken the request for the saga ${sagaId} in time. It may still take effect; repeating it is harmless.`;
  return new ProblemException(503, 'WORKER_UNAVAILABLE', detail, {}, { cause: error.cause, retryAfter: 1 });
}
