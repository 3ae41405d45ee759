import { ProblemException } from '../service-kit/problem.exception.js';
import type { AskedService } from './asked-service.js';
import type { Unanswered } from './contact.js';

const reasons: Record<Unanswered | 'failed', string> = {
  refused: 'cannot be reached',
  broken: 'broke the connection off',
  'timed-out': 'does not answer in time',
  failed: 'says that it cannot do its work',
};

/** 503 `PARTICIPANT_UNAVAILABLE`: one service, named in the detail, cannot be asked right now. */
export class ParticipantUnavailableException extends ProblemException {
  constructor(
    service: AskedService,
    readonly contact: keyof typeof reasons,
    options: { cause?: unknown; consequence?: string } = {},
  ) {
    const { consequence = 'Try again later.', cause } = options;
    super(
      503,
      'PARTICIPANT_UNAVAILABLE',
      `The ${service} service ${reasons[contact]}. ${consequence}`,
      {},
      { cause, retryAfter: 1 },
    );
  }
}
