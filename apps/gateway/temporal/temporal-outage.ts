import { isGrpcServiceError, ServiceError, WorkflowUpdateRPCTimeoutOrCancelledError } from '@temporalio/client';
import { NamespaceNotFoundError } from '@temporalio/common';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';

/** The gRPC code of an answer that there is no such thing. */
export const NOT_FOUND = 5;
/** The gRPC code of an answer that the request makes no sense. */
export const INVALID_ARGUMENT = 3;

/**
 * gRPC codes that say that the server is away, overloaded or will not talk to us; what was asked may be asked again. The server says
 * FAILED_PRECONDITION of an update whose workflow task has failed and is run again, and ABORTED of one that its cache has lost.
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

/** Why an error means that Temporal cannot be used, in a word; undefined when it is an answer. */
export function outageOf(error: unknown): string | undefined {
  if (error instanceof NamespaceNotFoundError) return 'NAMESPACE_NOT_FOUND';
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return 'DEADLINE_EXCEEDED';
  const code = grpcCodeOf(error);
  if (code !== undefined) return outageCodes.get(code);
  return error instanceof ServiceError ? 'UNKNOWN' : undefined;
}

/** 503 `TEMPORAL_UNAVAILABLE`. `sent` says whether the request may have had its effect all the same. */
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
