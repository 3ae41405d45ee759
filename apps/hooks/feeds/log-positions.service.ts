import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { EventLog } from '../../../libs/messaging/log/event-log.js';
import { cursorOf, foreignTo, parseCursor } from '../../../libs/messaging/log/log-cursor.js';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';

const Instant = z.iso.datetime({ offset: true });

/** A position in the log, and its epoch. */
export interface EpochPosition {
  position: number;
  epoch: string;
}

/** Where a reader with a `Last-Event-ID` resumes. */
export interface Resumption extends EpochPosition {
  /** Why it cannot resume at its id. */
  gap?: ProblemException;
}

type Bounds = Awaited<ReturnType<EventLog['bounds']>>;

/** Resolves where in the log a consumer starts. Every feed accepts the cursors of every feed, and the `sequence` of an event. */
@Injectable()
export class LogPositions {
  constructor(private readonly log: EventLog) {}

  /**
   * The position after which to read, for a cursor, a `sequence`, `beginning`, `now` or an RFC 3339 time.
   * @throws ProblemException 410 `CURSOR_EXPIRED` when events after it have been removed, so that no reader misses events
   * silently; 422 `INVALID_CURSOR` for text that is no cursor, and for a cursor of another log, from before a restore, or beyond
   * the end of the log.
   */
  async resolve(after: string): Promise<EpochPosition> {
    const bounds = await this.log.bounds();
    return { position: await this.locate(after, bounds), epoch: bounds.epoch };
  }

  /** The position after a `Last-Event-ID`. An invalid id resumes at the oldest kept event, so that no event is missed. */
  async resume(lastEventId: string): Promise<Resumption> {
    const bounds = await this.log.bounds();
    const { floor, epoch } = bounds;
    try {
      if (!parseCursor(lastEventId)) throw invalidCursor('is not an event id of this stream', bounds);
      return { position: await this.locate(lastEventId, bounds), epoch };
    } catch (error) {
      if (error instanceof ProblemException) return { position: floor, epoch, gap: error };
      throw error;
    }
  }

  /** @returns the problem for a reader whose next events were removed while it was reading. */
  async expired(): Promise<ProblemException> {
    return cursorExpired(await this.log.bounds());
  }

  private async locate(after: string, bounds: Bounds): Promise<number> {
    const position = await this.find(after, bounds);
    if (position > bounds.head) {
      const end = cursorOf(bounds.head, bounds.epoch);
      throw invalidCursor(`lies beyond the end of the log, which is ${end}: it does not belong to this log`, bounds);
    }
    if (position < bounds.floor) throw cursorExpired(bounds);
    return position;
  }

  private async find(after: string, bounds: Bounds): Promise<number> {
    if (after === 'beginning') return bounds.floor;
    if (after === 'now') return bounds.head;
    if (Instant.safeParse(after).success) return this.log.before(new Date(after));
    const cursor = parseCursor(after);
    if (!cursor) throw invalidCursor('is neither a cursor nor a sequence, beginning, now or an RFC 3339 time', bounds);
    const foreign = foreignTo(cursor, await this.log.epochs());
    if (foreign !== undefined) throw invalidCursor(foreign, bounds);
    return cursor.position;
  }
}

const oldestOf = ({ floor, epoch }: Bounds): string => cursorOf(floor, epoch);

const invalidCursor = (why: string, bounds: Bounds) =>
  new ProblemException(422, 'INVALID_CURSOR', `The cursor ${why}. Start again: ${oldestOf(bounds)} is the oldest cursor.`, {
    errors: [{ pointer: '/after', detail: 'is not a cursor of this log' }],
    oldest: oldestOf(bounds),
  } as object);

function cursorExpired(bounds: Bounds): ProblemException {
  const oldest = oldestOf(bounds);
  return new ProblemException(
    410,
    'CURSOR_EXPIRED',
    `Events after the cursor are no longer kept. The oldest valid cursor is ${oldest}. Read the missing state from the resources themselves.`,
    { oldest } as object,
    { headers: { 'Events-Cursor': oldest } },
  );
}
