import { ProblemException } from '../service-kit/problem.exception.js';
import type { ServiceName } from './service-name.js';
import type { NoAnswer } from './call-outcome.js';

const reasons: Record<NoAnswer | 'failed', string> = {
  refused: 'cannot be reached',
  broken: 'broke the connection off',
  'timed-out': 'does not answer in time',
  failed: 'says that it cannot do its work',
};

/** 503 `PARTICIPANT_UNAVAILABLE`: the service that the detail names cannot be called right now. */
export class ParticipantUnavailableException extends ProblemException {
  constructor(
    service: ServiceName,
    readonly outcome: keyof typeof reasons,
    options: { cause?: unknown; consequence?: string } = {},
  ) {
    const { consequence = 'Try again later.', cause } = options;
    super(
      503,
      'PARTICIPANT_UNAVAILABLE',
      `The ${service} service ${reasons[outcome]}. ${consequence}`,
      {},
      { cause, retryAfter: 1 },
    );
  }
}
