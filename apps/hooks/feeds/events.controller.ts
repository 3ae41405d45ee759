import { Controller, Get, Headers, Param, Query, Res } from '@nestjs/common';
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

/** The largest number of rows that one call reads. A rare filter costs many short calls instead of a long one. */
const SCAN = 5_000;

/** For answers that never change: an event in the version of its id, and a closed archive page. */
const FOREVER = 'max-age=86400, immutable';
/** For a full page: its events stay, but a newer version of a type changes their rendering. */
const FOR_AN_HOUR = 'max-age=3600';
const CLOUD_EVENT = 'application/cloudevents+json';
const CLOUD_EVENT_BATCH = 'application/cloudevents-batch+json';
const JSON_TYPE = 'application/json; charset=utf-8';
const ATOM = 'application/atom+xml; charset=utf-8';
/** The id of an event: the occurrence, and the version if it is not the stored one. */
const EVENT_ID = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:-v([1-9]\d{0,3}))?$/i;

/** The feeds over HTTP, at the paths of the public API. */
@Controller('v1')
export class EventsController {
  constructor(
    private readonly log: EventLog,
    private readonly tail: LogTail,
    private readonly positions: LogPositions,
    private readonly connections: FeedConnections,
    private readonly atom: AtomFeed,
    private readonly eventStream: EventStream,
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
      // A long poll answers with the events, never with 304.
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
    // A reader that has received no event sends an empty id.
    const start = lastEventId ? { lastEventId } : { after: after ?? 'now' };
    return this.eventStream.serve(response, start, filter, pins);
  }

  /**
   * Answers requests that are no WebSocket handshake; `EventSocketServer` handles those. Browsers hide why a handshake was
   * refused, so a client can request the reason here.
   */
  @Get('events/socket')
  async socket(@Query({ schema: EventSocketQuery }) { after }: EventSocketQuery): Promise<never> {
    await this.positions.resolve(after ?? 'now');
    throw new ProblemException(
      426,
      'UPGRADE_REQUIRED',
      'This is a WebSocket. Send the header Upgrade: websocket.',
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
    // If this build cannot render the version, the event is sent in another version.
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
        // After a restore the reader keeps its cursor, and gets a problem with its next request.
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

/** Whether the version exists or existed. An event type that this build does not know has its stored version only. */
const hasVersion = ({ type, typeVersion }: LoggedEvent, version: number): boolean =>
  version === typeVersion || eventCatalogue.get(type)?.versions[version - 1] !== undefined;

const parsePins = (versions: string | undefined): VersionPins => (versions === undefined ? {} : parseVersionPins(versions));

/** Marks an answer that contains a deprecated version. Each event of that version is marked as well. */
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

/** Whether the client names the media type. Other clients get plain JSON. */
const accepts = (mediaType: string, accept = ''): boolean =>
  accept.split(',').some((range) => range.split(';', 1)[0]?.trim().toLowerCase() === mediaType);
