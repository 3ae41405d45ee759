import { Controller, Get, Param, Query, Res } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { ServerResponse } from 'node:http';
import { CloudEvent } from '../../../contracts/event/cloud-event.js';
import {
  ArchivePageNumber,
  EventFeedQuery,
  EventPage,
  EventPageQuery,
  EventSocketQuery,
  EventStreamQuery,
} from '../../../contracts/event/event-feed.js';
import { ApiProblems } from '../http/api-responses.decorator.js';
import { Allow } from '../auth/allow.decorator.js';
import { EventProxy } from './event-proxy.service.js';

const invalidInput = ['VALIDATION_FAILED', 'INVALID_CURSOR'];
const unavailable = ['HOOKS_UNAVAILABLE'];
const cursorProblems = { 410: ['CURSOR_EXPIRED'], 422: invalidInput, 503: [...unavailable, 'TOO_MANY_CONNECTIONS'] };

const NotModified = () => ApiResponse({ status: 304, description: 'Not modified since `If-None-Match`; no body' });
const textSchema = (schema: object = { type: 'string' }) => ({ schema });

/** The feeds of the hooks service. Requests are validated here and then forwarded unchanged. */
@ApiTags('events')
@Allow('events')
@Controller('v1')
export class EventsController {
  constructor(private readonly proxy: EventProxy) {}

  @Get('events')
  @ApiOperation({
    summary: 'Read the event log page by page, in its total order',
    description: `\`next\` is never null and never goes back. Pass it as \`after\` to continue, also after an empty page. With \`wait\` the answer waits for an
event or until the time is up. A call examines at most 5,000 positions, so a page may be short or empty although more events follow. \`next\` has moved then. The cursor
is valid for every feed. \`Accept: application/cloudevents-batch+json\` answers the events alone, with the cursor in \`Events-Cursor\` and \`Link: rel="next"\`.`,
  })
  @ApiOkResponse({ standardSchema: EventPage })
  @NotModified()
  @ApiProblems(cursorProblems)
  list(@Query({ schema: EventPageQuery }) { wait }: EventPageQuery, @Res() response: ServerResponse): Promise<void> {
    return this.proxy.forward(response, wait);
  }

  @Get('events/stream')
  @ApiOperation({
    summary: 'Follow events as server-sent events',
    description: `Each block's \`id\` is a cursor and its \`data\` the CloudEvent. \`event\` is not set, so \`onmessage\` receives all events. The stream begins after \`Last-Event-ID\`, else \`after\`.
An invalid \`Last-Event-ID\` (malformed, no longer kept, ahead of the log, from before a restore) is not answered by an error, because an EventSource would give up. The stream
then begins with an event \`gap\`, whose \`data\` is the problem, and continues with everything that is kept. An empty one counts as none. A comment every 15 seconds is the heartbeat. The stream ends after at most half an hour. Reconnect with the last id, as EventSource does by itself.`,
  })
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description: 'The last `id` that was received. It takes precedence over `after`, unless it is empty',
  })
  @ApiResponse({ status: 200, description: 'The stream', content: { 'text/event-stream': textSchema() } })
  @ApiProblems(cursorProblems)
  stream(@Query({ schema: EventStreamQuery }) _query: EventStreamQuery, @Res() response: ServerResponse): Promise<void> {
    return this.proxy.forward(response);
  }

  @Get('events/socket')
  @ApiOperation({
    summary: 'Follow events over a WebSocket',
    description: `Each text message is one CloudEvent. Its \`sequence\` is the cursor to reconnect with. A client that sends \`{"want": n}\` gets n more events, then the server waits for the
next \`want\`. \`want\` in the query limits from the beginning. Close codes: 1001, reconnect (after at most half an hour); 1013, the next events are no longer kept or the log was restored;
1008, the message was not \`{"want": n}\`. Pages of other origins are refused.`,
  })
  @ApiResponse({ status: 101, description: 'The socket is open' })
  @ApiProblems({ 403: ['ORIGIN_REFUSED'], 426: ['UPGRADE_REQUIRED'], ...cursorProblems })
  socket(@Query({ schema: EventSocketQuery }) _query: EventSocketQuery, @Res() response: ServerResponse): Promise<void> {
    return this.proxy.forward(response);
  }

  @Get('events.atom')
  @ApiOperation({
    summary: 'Read the newest events as an Atom feed',
    description: 'RFC 4287; older events by `prev-archive` (RFC 5005). Each entry has the CloudEvent as its content.',
  })
  @ApiResponse({ status: 200, description: 'The current document', content: { 'application/atom+xml': textSchema() } })
  @NotModified()
  @ApiProblems({ 422: ['VALIDATION_FAILED'], 503: unavailable })
  current(@Query({ schema: EventFeedQuery }) _query: EventFeedQuery, @Res() response: ServerResponse): Promise<void> {
    return this.proxy.forward(response);
  }

  @Get('events/archive/:page')
  @ApiOperation({
    summary: 'Read a closed page of the Atom feed',
    description:
      'Positions (page-1)*100+1 to page*100. A closed page never changes. An open page redirects to the current document.',
  })
  @ApiResponse({ status: 200, description: 'The archive document', content: { 'application/atom+xml': textSchema() } })
  @ApiResponse({ status: 307, description: 'The page is still open' })
  @NotModified()
  @ApiProblems({ 404: ['PAGE_NOT_FOUND'], 410: ['CURSOR_EXPIRED'], 422: ['VALIDATION_FAILED'], 503: unavailable })
  archive(
    @Param('page', { schema: ArchivePageNumber }) _page: number,
    @Query({ schema: EventFeedQuery }) _query: EventFeedQuery,
    @Res() response: ServerResponse,
  ): Promise<void> {
    return this.proxy.forward(response);
  }

  @Get('events/:eventId')
  @ApiOperation({ summary: 'Read an event' })
  @ApiOkResponse({ standardSchema: CloudEvent })
  @NotModified()
  @ApiProblems({ 404: ['EVENT_NOT_FOUND'], 503: unavailable })
  one(@Param('eventId') _eventId: string, @Res() response: ServerResponse): Promise<void> {
    return this.proxy.forward(response);
  }
}
