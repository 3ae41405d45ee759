import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { EventLog } from '../../../libs/messaging/event-log.js';
import { sequenceOf } from '../../../libs/messaging/render-event.js';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';

const Instant = z.iso.datetime({ offset: true });

/** Finds where in the log a consumer wants to begin. A cursor is an event's `sequence`, so every door understands what another one gave. */
@Injectable()
export class LogPositions {
  constructor(@Inject(EventLog) private readonly log: EventLog) {}

  /**
   * The position after which to read, for a cursor, `beginning`, `now` or an RFC 3339 time.
   * @throws ProblemException 410 `CURSOR_EXPIRED` when events after it have been removed: nobody is moved past a hole without being told;
   * 422 `INVALID_CURSOR` for what is no cursor, and for one beyond the end of the log, which would wait for ever and then skip.
   */
  async resolve(after: string): Promise<number> {
    const { floor, head } = await this.log.bounds();
    const position = await this.locate(after, floor, head);
    if (position > head)
      throw invalidCursor(`lies beyond the end of the log, which is ${sequenceOf(head)}: it is of another log, or of none`);
    if (position < floor) throw cursorExpired(floor);
    return position;
  }

  /** @returns the problem of a reader whose next events were removed while it was reading. */
  async expired(): Promise<ProblemException> {
    return cursorExpired((await this.log.bounds()).floor);
  }

  private async locate(after: string, floor: number, head: number): Promise<number> {
    if (after === 'beginning') return floor;
    if (after === 'now') return head;
    if (/^\d{1,20}$/.test(after)) return Number(after);
    if (Instant.safeParse(after).success) return this.log.before(new Date(after));
    throw invalidCursor('is neither a cursor nor a sequence, beginning, now or an RFC 3339 time');
  }
}

const invalidCursor = (why: string) =>
  new ProblemException(422, 'INVALID_CURSOR', `The cursor in "after" ${why}.`, {
    errors: [{ pointer: '/after', detail: 'is not a cursor of this log' }],
  });

function cursorExpired(floor: number): ProblemException {
  const oldest = sequenceOf(floor);
  return new ProblemException(
    410,
    'CURSOR_EXPIRED',
    `Events after the cursor are no longer kept. The oldest cursor that has all that came after it is ${oldest}; what is missing must be read from the resources themselves.`,
    { oldest } as object,
    { headers: { 'Events-Cursor': oldest } },
  );
}
