import { sequenceOf } from '../../libs/messaging/event/render-event.js';
import type { EventLog } from '../../libs/messaging/log/event-log.js';
import { ProblemException } from '../../libs/service-kit/problem.exception.js';
import type { ProjectionRunner } from './projection-runner.js';

/** How long a reader waits for a position, in milliseconds: less than the timeout of callers. */
const WAIT_MS = 1_500;

/**
 * The position of the read model. Waits briefly until it has everything up to `at`.
 * @throws ProblemException 409 `PROJECTION_BEHIND` when it does not get there in time; 422 `INVALID_POSITION` for a position
 * beyond the end of the log.
 */
export async function readPosition(runner: ProjectionRunner, log: EventLog, at: string | undefined): Promise<number> {
  if (at === undefined) return runner.position();
  const wanted = Number(at);
  const reached = await runner.reached(wanted, 0);
  if (reached !== undefined) return reached;
  const { head } = await log.bounds();
  if (wanted > head) {
    const detail = `lies beyond the end of the log, which is ${sequenceOf(head)}`;
    throw new ProblemException(422, 'INVALID_POSITION', `The position in "at" ${detail}: it does not belong to this log.`, {
      errors: [{ pointer: '/at', detail }],
    });
  }
  const position = await runner.reached(wanted, WAIT_MS);
  if (position !== undefined) return position;
  // The gateway answers 503. Here it is a 409, because a 503 of this service would count as an outage.
  throw new ProblemException(
    409,
    'PROJECTION_BEHIND',
    `${runner.name} has not reached position ${at} of the log yet. Retry, or leave out "at" to read the current state.`,
  );
}
