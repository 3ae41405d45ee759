import { Controller, Get, Headers, Inject, Param, Query, Res } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import {
  ArchivePageNumber,
  EventFeedQuery,
  EventPageQuery,
  EventSocketQuery,
  EventStreamQuery,
} from '../../../contracts/event/event-feed.js';
import { eventCatalogue } from '../../../contracts/event-catalogue.js';
import { deprecationHeaders } from '../../../libs/messaging/event/deprecation-headers.js';
import { parseVersionPins, type VersionPins } from '../../../libs/messaging/event/event-versions.js';
import { EventLog, type LogPage } from '../../../libs/messaging/log/event-log.js';
import { LogTail } from '../../../libs/messaging/log/log-tail.js';
import type { LoggedEvent } from '../../../libs/messaging/event/logged-event.js';
import { cursorOf, parseCursor } from '../../../libs/messaging/log/log-cursor.js';
import { readerOf } from '../../../libs/service-kit/feed-reader.js';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';
import { answerConditionally } from './answer-conditionally.js';
import { AtomFeed } from './atom-feed.service.js';
import { EventStream } from './event-stream.service.js';
import { FeedConnections } from './feed-connections.service.js';
import { cloudEventJson, unchangingEventJson } from './feed-rendering.js';
import { LogPositions } from './log-positions.service.js';

/** How many rows one call looks at, at the most: a rare filter costs many short calls, never a long one. */
const SCAN = 5_000;

/** What can never change: an event in the version that its id names, a closed archive page. */
const FOREVER = 'max-age=86400, immutable';
/** A page that the log does not end: its events stay, but a newer version of a type renders them again. */
const FOR_AN_HOUR = 'max-age=3600';
const CLOUD_EVENT = 'application/cloudevents+json';
const CLOUD_EVENT_BATCH = 'application/cloudevents-batch+json';
const JSON_TYPE = 'application/json; charset=utf-8';
const ATOM = 'application/atom+xml; charset=utf-8';
/** An id as events have it: the occurrence, and the version where that is not the one that was written. */
const EVENT_ID = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:-v([1-9]\d{0,3}))?$/i;

/** The doors over HTTP, at the paths that the public API gives them. */
@Controller('v1')
export class EventsController {
  constructor(
    @Inject(EventLog) private readonly log: EventLog,
    @Inject(LogTail) private readonly tail: LogTail,
    @Inject(LogPositions) private readonly positions: LogPositions,
    @Inject(FeedConnections) private readonly connections: FeedConnections,
    @Inject(AtomFeed) private readonly atom: AtomFeed,
    @Inject(EventStream) private readonly eventStream: EventStream,
  ) {}

  @Get('events')
  async list(
    @Query({ schema: EventPageQuery }) query: EventPageQuery,
    @Headers('accept') accept: string | undefined,
    @Res() response: ServerResponse,
  ): Promise<void> {
    const pins = parsePins(query.versions);
    const page = await this.page(query, response);
    const next = cursorOf(page.scannedTo, page.epoch);
    response.setHeader('Events-Cursor', next);
    setDeprecationHeaders(response, pins, `<${nextPath(query, next)}>; rel="next"`);
    response.setHeader('Vary', 'Accept');
    const items = `[${page.events.map((event) => cloudEventJson(event, pins)).join(',')}]`;
    const batch = accepts(CLOUD_EVENT_BATCH, accept);
    const contentType = batch ? `${CLOUD_EVENT_BATCH}; charset=utf-8` : JSON_TYPE;
    const body = batch ? items : `{"items":${items},"next":"${next}"}`;
    if (query.wait) {
      // Who waited is told what came, never that nothing is new.
      response.setHeader('Cache-Control', 'no-store');
      response.setHeader('Content-Type', contentType);
      response.end(body);
      return;
    }
    const fixed = page.full && parseCursor(query.after ?? '')?.epoch !== undefined;
    answerConditionally(response, { contentType, cacheControl: fixed ? FOR_AN_HOUR : 'no-cache', body });
  }

  @Get('events/stream')
  stream(
    @Query({ schema: EventStreamQuery }) { after, versions, ...filter }: EventStreamQuery,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Res() response: ServerResponse,
  ): Promise<void> {
    const pins = parsePins(versions);
    setDeprecationHeaders(response, pins);
    // An empty id is that of a reader that has seen none.
    const start = lastEventId ? { lastEventId } : { after: after ?? 'now' };
    return this.eventStream.serve(response, start, filter, pins);
  }

  /** What is no WebSocket handshake ends up here; the handshakes are `EventSocketServer`'s. Browsers hide why one was refused: here it can be asked. */
  @Get('events/socket')
  async socket(@Query({ schema: EventSocketQuery }) { after }: EventSocketQuery): Promise<never> {
    await this.positions.resolve(after ?? 'now');
    throw new ProblemException(
      426,
      'UPGRADE_REQUIRED',
      'This is a WebSocket: come with an upgrade to websocket.',
      {},
      { headers: { Upgrade: 'websocket' } },
    );
  }

  @Get('events.atom')
  async current(@Query({ schema: EventFeedQuery }) filter: EventFeedQuery, @Res() response: ServerResponse): Promise<void> {
    const body = await this.atom.current(filter);
    answerConditionally(response, { contentType: ATOM, cacheControl: 'max-age=5', body });
  }

  @Get('events/archive/:page')
  async archive(
    @Param('page', { schema: ArchivePageNumber }) page: number,
    @Query({ schema: EventFeedQuery }) filter: EventFeedQuery,
    @Res() response: ServerResponse,
  ): Promise<void> {
    const body = await this.atom.archive(page, filter);
    if (body !== undefined) return answerConditionally(response, { contentType: ATOM, cacheControl: FOREVER, body });
    response.writeHead(307, { Location: this.atom.currentPath(filter), 'Cache-Control': 'no-store' }).end();
  }

  @Get('events/:eventId')
  async one(
    @Param('eventId') eventId: string,
    @Headers('accept') accept: string | undefined,
    @Res() response: ServerResponse,
  ): Promise<void> {
    const [, occurrence, named] = EVENT_ID.exec(eventId) ?? [];
    const event = occurrence === undefined ? undefined : await this.log.find(occurrence);
    const version = named === undefined ? event?.typeVersion : Number(named);
    if (!event || version === undefined || !hasVersion(event, version))
      throw new ProblemException(404, 'EVENT_NOT_FOUND', 'There is no event of this id, or it is no longer kept.');
    setDeprecationHeaders(response, { [event.type]: version });
    response.setHeader('Vary', 'Accept');
    const contentType = accepts(CLOUD_EVENT, accept) ? `${CLOUD_EVENT}; charset=utf-8` : JSON_TYPE;
    const unchanging = unchangingEventJson(event, version);
    // A version that this build cannot make comes as another one, until a build can.
    const body = unchanging ?? cloudEventJson(event, { [event.type]: version });
    answerConditionally(response, { contentType, cacheControl: unchanging ? FOREVER : 'no-cache', body });
  }

  private async page(
    { after = 'beginning', limit, wait = 0, versions: _versions, ...filter }: EventPageQuery,
    response: ServerResponse,
  ): Promise<LogPage> {
    const { position, epoch } = await this.positions.resolve(after);
    const first = await this.log.read({ after: position, scan: SCAN, limit, ...filter });
    if (first.missed) throw await this.positions.expired();
    if (wait === 0 || first.events.length > 0 || first.full) return first;

    const connection = this.connections.acquire(readerOf(response.req));
    const timeIsUp = setTimeout(() => connection.close(), wait * 1_000);
    response.once('close', () => connection.close());
    try {
      let page = first;
      while (page.events.length === 0) {
        const more = await this.tail.next({ after: page.scannedTo, scan: SCAN, limit, epoch, ...filter }, connection.signal);
        // After a restore the reader keeps its cursor, and gets the event `gap` when it comes back with it.
        if (!more || more.epoch !== epoch) break;
        if (more.missed) throw await this.positions.expired();
        page = more;
      }
      return page;
    } finally {
      clearTimeout(timeIsUp);
      connection.close();
    }
  }
}

/** Whether there is or was such a version; what this build does not know has the one that it is stored in. */
const hasVersion = ({ type, typeVersion }: LoggedEvent, version: number): boolean =>
  version === typeVersion || eventCatalogue.get(type)?.versions[version - 1] !== undefined;

const parsePins = (versions: string | undefined): VersionPins => (versions === undefined ? {} : parseVersionPins(versions));

/** An answer in a version that ends says so itself, besides each event of it. */
function setDeprecationHeaders(response: ServerResponse, pins: VersionPins, ...links: string[]): void {
  const { Link = [], ...ends } = deprecationHeaders(pins);
  for (const [name, value] of Object.entries(ends)) response.setHeader(name, value);
  if (links.length + Link.length > 0) response.setHeader('Link', [...links, ...Link]);
}

function nextPath({ types, subject, versions, limit, wait }: EventPageQuery, next: string): string {
  const query = new URLSearchParams({ after: next, limit: String(limit) });
  if (types) query.set('types', types.join(','));
  if (subject) query.set('subject', subject);
  if (versions) query.set('versions', versions);
  if (wait) query.set('wait', String(wait));
  return `/v1/events?${query.toString()}`;
}

/** Our own media types are given to whoever names them; everybody else gets plain JSON. */
const accepts = (mediaType: string, accept = ''): boolean =>
  accept.split(',').some((range) => range.split(';', 1)[0]?.trim().toLowerCase() === mediaType);
