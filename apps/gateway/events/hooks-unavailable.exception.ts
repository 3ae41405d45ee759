import { type NoAnswer, classifyError } from '../../../libs/service-client/call-outcome.js';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';

const reasons: Record<NoAnswer, string> = {
  refused: 'cannot be reached',
  broken: 'broke the connection off',
  'timed-out': 'does not answer in time',
};

/** 503 `HOOKS_UNAVAILABLE`: the service that gives events out cannot be asked right now. */
export class HooksUnavailableException extends ProblemException {
  constructor(cause: unknown) {
    super(
      503,
      'HOOKS_UNAVAILABLE',
      `The hooks service, which gives events out, ${reasons[classifyError(cause)]}. Nothing is lost: try again later, with the same cursor.`,
      {},
      { cause, retryAfter: 1 },
    );
  }
}
