import { isGrpcServiceError, ServiceError, WorkflowUpdateRPCTimeoutOrCancelledError } from '@temporalio/client';
import { NamespaceNotFoundError } from '@temporalio/common';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';

/** The gRPC code of NOT_FOUND. */
export const NOT_FOUND = 5;
/** The gRPC code of INVALID_ARGUMENT. */
export const INVALID_ARGUMENT = 3;

/**
 * gRPC codes of an unavailable, overloaded or refusing server; the request may be repeated. FAILED_PRECONDITION is for an update
 * whose workflow task has failed and is retried, and ABORTED for an update that the cache of the server has lost.
 */
const outageCodes = new Map([
  [1, 'CANCELLED'],
  [2, 'UNKNOWN'],
  [4, 'DEADLINE_EXCEEDED'],
  [7, 'PERMISSION_DENIED'],
  [8, 'RESOURCE_EXHAUSTED'],
  [9, 'FAILED_PRECONDITION'],
  [10, 'ABORTED'],
  [13, 'INTERNAL'],
  [14, 'UNAVAILABLE'],
  [16, 'UNAUTHENTICATED'],
]);

/** The gRPC code of an error of Temporal's client, or undefined. */
export function grpcCodeOf(error: unknown): number | undefined {
  for (let inner = error; inner instanceof Error; inner = inner.cause) {
    if (isGrpcServiceError(inner)) return inner.code;
  }
  return undefined;
}

/** The code of an error that means an outage of Temporal; undefined if the error is an answer. */
export function outageOf(error: unknown): string | undefined {
  if (error instanceof NamespaceNotFoundError) return 'NAMESPACE_NOT_FOUND';
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return 'DEADLINE_EXCEEDED';
  const code = grpcCodeOf(error);
  if (code !== undefined) return outageCodes.get(code);
  return error instanceof ServiceError ? 'UNKNOWN' : undefined;
}

/** 503 `TEMPORAL_UNAVAILABLE`. `sent` says whether the request may have had its effect. */
export class TemporalUnavailableException extends ProblemException {
  constructor(
    readonly sent: boolean,
    options: { cause?: unknown; consequence?: string } = {},
  ) {
    const { consequence = 'Try again later.', cause } = options;
    super(
      503,
      'TEMPORAL_UNAVAILABLE',
      `Temporal, which runs the sagas, cannot be reached or does not answer. ${consequence}`,
      {},
      { cause, retryAfter: 1 },
    );
  }
}
