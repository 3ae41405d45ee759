import { ProblemException } from '../../../libs/service-kit/problem.exception.js';

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
