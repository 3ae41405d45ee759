import { sequenceOf } from '../../libs/messaging/event/render-event.js';
import type { EventLog } from '../../libs/messaging/log/event-log.js';
import { ProblemException } from '../../libs/service-kit/problem.exception.js';
import type { ProjectionRunner } from './projection-runner.js';

/** How long a reader who wants a position waits for it, in milliseconds: less than callers wait for an answer. */
const WAIT_MS = 1_500;

/**
 * Where the read model is for a reader who wants everything up to `at`; waits for it a moment.
 * @throws ProblemException 409 `PROJECTION_BEHIND` when it does not come that far in time; 422 `INVALID_POSITION` for one beyond the log's end.
 */
export async function readPosition(runner: ProjectionRunner, log: EventLog, at: string | undefined): Promise<number> {
  if (at === undefined) return runner.position();
  const wanted = Number(at);
  const reached = await runner.reached(wanted, 0);
  if (reached !== undefined) return reached;
  const { head } = await log.bounds();
  if (wanted > head) {
    const detail = `lies beyond the end of the log, which is ${sequenceOf(head)}`;
    throw new ProblemException(422, 'INVALID_POSITION', `The position in "at" ${detail}: it is of another log, or of none.`, {
      errors: [{ pointer: '/at', detail }],
    });
  }
  const position = await runner.reached(wanted, WAIT_MS);
  if (position !== undefined) return position;
  // To the world it is a 503; a 503 of this service would be taken for its not working.
  throw new ProblemException(
    409,
    'PROJECTION_BEHIND',
    `${runner.name} has not come to position ${at} of the log yet. Ask again, or without "at" for what there is.`,
  );
}
