import { Inject, Injectable, Logger } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import type { VersionPins } from '../../../libs/messaging/event-versions.js';
import type { EventFilter } from '../../../libs/messaging/event-filter.js';
import type { LoggedEvent } from '../../../libs/messaging/logged-event.js';
import { LogTail } from '../../../libs/messaging/log-tail.js';
import { sequenceOf } from '../../../libs/messaging/render-event.js';
import { drained } from './drained.js';
import { FEED_SETTINGS, type FeedSettings } from './feed-settings.js';
import { FeedConnections } from './feed-connections.service.js';
import { cloudEventJson } from './feed-rendering.js';
import { LogPositions } from './log-positions.service.js';

/** How long a client pauses before it comes back, in milliseconds. */
const CLIENT_RETRY_MS = 3_000;
const BATCH = 100;
const SCAN = 5_000;

/** Which events a reader wants, and in which versions. */
interface Wish {
  filter: EventFilter;
  pins: VersionPins;
}

/** Server-sent events. Written by hand: Nest's own stream sends no headers before the first event, and gives ids of its own, which rewinds readers. */
@Injectable()
export class EventStream {
  private readonly logger = new Logger(EventStream.name);

  constructor(
    @Inject(FEED_SETTINGS) private readonly settings: FeedSettings,
    @Inject(FeedConnections) private readonly connections: FeedConnections,
    @Inject(LogPositions) private readonly positions: LogPositions,
    @Inject(LogTail) private readonly tail: LogTail,
  ) {}

  /**
   * Sends what comes after a position for as long as both sides stay; resolves when the stream has ended. Every block bears the id to resume
   * from, heartbeats included, so that a reader whose filter passes little does not start far behind.
   * @throws ProblemException before anything is sent: 410, 422, 503.
   */
  async serve(response: ServerResponse, after: string, filter: EventFilter, pins: VersionPins): Promise<void> {
    const connection = this.connections.claim();
    response.once('close', () => connection.close());
    try {
      const start = await this.positions.resolve(after);
      response.writeHead(200, {
        'Content-Type': 'text/event-stream; charset=utf-8',
        'Cache-Control': 'no-store',
        'X-Accel-Buffering': 'no',
      });
      if (response.req.method !== 'HEAD') await this.follow(response, start, { filter, pins }, connection.signal);
      // Nobody waits for a reader that takes nothing: it resumes with the last id that it got.
      if (response.writableNeedDrain) response.destroy();
      else response.end();
    } finally {
      connection.close();
    }
  }

  private async follow(response: ServerResponse, start: number, { filter, pins }: Wish, signal: AbortSignal): Promise<void> {
    let position = start;
    const mark = () => `id: ${sequenceOf(position)}\n\n`;
    // Without data nothing is dispatched, but headers are out and a browser knows where it stands.
    response.write(`retry: ${CLIENT_RETRY_MS}\n${mark()}`);
    const heartbeat = setInterval(() => {
      if (!response.writableNeedDrain) response.write(`: still here\n${mark()}`);
    }, this.settings.FEED_HEARTBEAT_MS);
    try {
      for (;;) {
        const page = await this.tail.next({ after: position, scan: SCAN, limit: BATCH, ...filter }, signal);
        // Whoever has fallen behind what is kept comes back with its last id and is told so.
        if (!page || page.missed) return;
        if (page.events.length > 0) response.write(page.events.map((event) => block(event, pins)).join(''));
        // At once and not when it has been taken: a heartbeat in between must not send the reader back.
        position = page.scannedTo;
        if (!(await drained(response, 2 * this.settings.FEED_HEARTBEAT_MS, signal))) return;
      }
    } catch (error) {
      // The answer has begun, so there is no problem document to send: the reader sees the end and comes back.
      this.logger.warn(`A stream was ended: ${String(error)}`);
    } finally {
      clearInterval(heartbeat);
    }
  }
}

const block = (event: LoggedEvent, pins: VersionPins): string =>
  `id: ${sequenceOf(event.position)}\ndata: ${cloudEventJson(event, pins)}\n\n`;
