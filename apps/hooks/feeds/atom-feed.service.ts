import { Injectable } from '@nestjs/common';
import type { EventFilter } from '../../../libs/messaging/event/event-filter.js';
import { EventLog } from '../../../libs/messaging/log/event-log.js';
import type { LoggedEvent } from '../../../libs/messaging/event/logged-event.js';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';
import { atomDocument } from './atom-document.js';
import { LogPositions } from './log-positions.service.js';

/** How many positions an archive page covers. */
const PAGE = 100;

/**
 * The log as an archived feed (RFC 5005). Page n has the positions (n-1)*100+1 to n*100. It is closed once the log has passed it:
 * one relay writes at a time, so nothing is added later. The current document has the open page and the newest closed page, for
 * readers that poll seldom.
 */
@Injectable()
export class AtomFeed {
  constructor(
    private readonly log: EventLog,
    private readonly positions: LogPositions,
  ) {}

  async current(filter: EventFilter): Promise<string> {
    const { floor, head } = await this.log.bounds();
    const closed = Math.floor(head / PAGE);
    const from = Math.max(floor, (closed - 1) * PAGE, 0);
    return atomDocument({
      installation: await this.installation(),
      events: await this.between(from, (closed + 1) * PAGE, filter),
      self: currentPath(filter),
      current: currentPath(filter),
      ...(closed >= 1 && floor <= (closed - 1) * PAGE ? { previous: archivePath(closed, filter) } : {}),
    });
  }

  /**
   * A closed page, whose bytes never change; undefined for the open page, which is in the current document.
   * @throws ProblemException 404 for a page that does not exist yet, 410 for a page with removed events.
   */
  async archive(page: number, filter: EventFilter): Promise<string | undefined> {
    const { floor, head } = await this.log.bounds();
    const closed = Math.floor(head / PAGE);
    if (page === closed + 1) return undefined;
    if (page > closed) throw new ProblemException(404, 'PAGE_NOT_FOUND', `The archive has ${closed} pages so far.`);
    if (floor > (page - 1) * PAGE) throw await this.positions.expired();
    return atomDocument({
      installation: await this.installation(),
      events: await this.between((page - 1) * PAGE, page * PAGE, filter),
      self: archivePath(page, filter),
      current: currentPath(filter),
      archive: true,
      ...(page > 1 ? { previous: archivePath(page - 1, filter) } : {}),
      // The newest page has this link as well, because its bytes must not change. The link redirects to the current document
      // until then.
      next: archivePath(page + 1, filter),
    });
  }

  /** The first epoch of the log. A restore does not change it. */
  private async installation(): Promise<string> {
    return (await this.log.epochs())[0].epoch;
  }

  currentPath(filter: EventFilter): string {
    return currentPath(filter);
  }

  private async between(after: number, last: number, filter: EventFilter): Promise<LoggedEvent[]> {
    const { events } = await this.log.read({ after, scan: last - after, ...filter });
    return events.filter(({ position }) => position <= last);
  }
}

const currentPath = (filter: EventFilter): string => `/v1/events.atom${queryOf(filter)}`;
const archivePath = (page: number, filter: EventFilter): string => `/v1/events/archive/${page}${queryOf(filter)}`;

function queryOf({ types, subject }: EventFilter): string {
  const query = new URLSearchParams({ ...(types ? { types: types.join(',') } : {}), ...(subject ? { subject } : {}) });
  return query.size > 0 ? `?${query.toString()}` : '';
}
