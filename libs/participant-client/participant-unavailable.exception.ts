import type { Participant } from '../../contracts/participants.js';
import { ProblemException } from '../service-kit/problem.exception.js';
import type { Unanswered } from './contact.js';

const reasons: Record<Unanswered | 'failed', string> = {
  refused: 'cannot be reached',
  broken: 'broke the connection off',
  'timed-out': 'does not answer in time',
  failed: 'says that it cannot do its work',
};

/** 503 `PARTICIPANT_UNAVAILABLE`: one participant, named in the detail, cannot be asked right now. */
export class ParticipantUnavailableException extends ProblemException {
  constructor(
    participant: Participant,
    readonly contact: keyof typeof reasons,
    options: { cause?: unknown; consequence?: string } = {},
  ) {
    const { consequence = 'Try again later.', cause } = options;
    super(
      503,
      'PARTICIPANT_UNAVAILABLE',
      `The ${participant} service ${reasons[contact]}. ${consequence}`,
      {},
      { cause, retryAfter: 1 },
    );
  }
}
