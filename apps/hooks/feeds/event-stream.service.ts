import { Inject, Injectable, Logger } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';
import type { VersionPins } from '../../../libs/messaging/event/event-versions.js';
import type { EventFilter } from '../../../libs/messaging/event/event-filter.js';
import { cursorOf } from '../../../libs/messaging/log/log-cursor.js';
import { LogTail } from '../../../libs/messaging/log/log-tail.js';
import { readerOf } from '../../../libs/service-kit/feed-reader.js';
import { FEED_SETTINGS, type FeedSettings, STALLED_HEARTBEATS } from './feed-settings.js';
import { FeedConnections } from './feed-connections.service.js';
import { cloudEventJson } from './feed-rendering.js';
import { LogPositions, type Resumption } from './log-positions.service.js';

/** How long a client waits before it reconnects, in milliseconds. */
const CLIENT_RETRY_MS = 3_000;
const BATCH = 100;
const SCAN = 5_000;

/** Where a stream begins. */
export type StreamStart = { after: string } | { lastEventId: string };

/** The events that a reader wants, and their versions. */
interface StreamOptions {
  filter: EventFilter;
  pins: VersionPins;
}

/**
 * Server-sent events. Nest's own stream is not used: it sends no headers before the first event, and its ids would rewind
 * readers.
 */
@Injectable()
export class EventStream {
  private readonly logger = new Logger(EventStream.name);

  constructor(
    @Inject(FEED_SETTINGS) private readonly settings: FeedSettings,
    private readonly connections: FeedConnections,
    private readonly positions: LogPositions,
    private readonly tail: LogTail,
  ) {}

  /**
   * Sends the events after a position until one side ends the stream; resolves then. Every block has the id to resume from,
   * heartbeats included. So a reader with a narrow filter does not resume far behind.
   *
   * @param from `after` as in the query, or the `Last-Event-ID` of a reader that reconnects. An EventSource gives up at any
   * status other than 200. So an invalid id is answered with an event `gap` and all events that are kept.
   * @throws ProblemException before anything is sent: 410 and 422 for `after`, 503.
   */
  async serve(response: ServerResponse, from: StreamStart, filter: EventFilter, pins: VersionPins): Promise<void> {
    const connection = this.connections.acquire(readerOf(response.req));
    response.once('close', () => connection.close());
    try {
      const start: Resumption =
        'lastEventId' in from ? await this.positions.resume(from.lastEventId) : await this.positions.resolve(from.after);
      response.writeHead(200, {
        'Content-Type': 'text/event-stream; charset=utf-8',
        'Cache-Control': 'no-store',
        'X-Accel-Buffering': 'no',
      });
      if (response.req.method !== 'HEAD') await this.follow(response, start, { filter, pins }, connection.signal);
      // A stalled reader is disconnected. It resumes with the last id that it received.
      if (response.writableNeedDrain) response.destroy();
      else response.end();
    } finally {
      connection.close();
    }
  }

  private async follow(
    response: ServerResponse,
    start: Resumption,
    { filter, pins }: StreamOptions,
    signal: AbortSignal,
  ): Promise<void> {
    const { epoch } = start;
    let { position } = start;
    const heartbeatBlock = () => `id: ${cursorOf(position, epoch)}\n\n`;
    // A block without data dispatches no event, but the headers are sent and the browser has the id to resume from.
    response.write(`retry: ${CLIENT_RETRY_MS}\n${heartbeatBlock()}`);
    if (start.gap) response.write(`event: gap\nid: ${cursorOf(position, epoch)}\ndata: ${JSON.stringify(start.gap.problem)}\n\n`);
    const heartbeat = setInterval(() => {
      if (!response.writableNeedDrain) response.write(`: still here\n${heartbeatBlock()}`);
    }, this.settings.FEED_HEARTBEAT_MS);
    try {
      for (;;) {
        const page = await this.tail.next({ after: position, scan: SCAN, limit: BATCH, epoch, ...filter }, signal);
        // A reader whose next events were removed, or undone by a restore, reconnects with its last id and gets the event `gap`.
        if (!page || page.missed || page.epoch !== epoch) return;
        for (const event of page.events) {
          // Set before the write: a heartbeat in between must not rewind the reader.
          position = event.position;
          response.write(`id: ${cursorOf(position, epoch)}\ndata: ${cloudEventJson(event, pins)}\n\n`);
          // Event by event, so that a slow reader counts as active.
          if (!(await drained(response, STALLED_HEARTBEATS * this.settings.FEED_HEARTBEAT_MS, signal))) return;
        }
        position = page.scannedTo;
      }
    } catch (error) {
      // The answer has begun, so no problem document can be sent. The reader sees the end and reconnects.
      this.logger.warn(`A stream was ended: ${String(error)}`);
    } finally {
      clearInterval(heartbeat);
    }
  }
}

/** Resolves to true when a stream accepts more data; to false after the time, at its end, or when the signal is aborted. */
export function drained(stream: Writable, withinMs: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted || stream.destroyed) return Promise.resolve(false);
  if (!stream.writableNeedDrain) return Promise.resolve(true);
  return new Promise((resolve) => {
    const onDrain = () => done(true);
    const onEnd = () => done(false);
    const timer = setTimeout(onEnd, withinMs);
    stream.once('drain', onDrain).once('close', onEnd);
    signal.addEventListener('abort', onEnd, { once: true });
    function done(inTime: boolean): void {
      clearTimeout(timer);
      stream.off('drain', onDrain).off('close', onEnd);
      signal.removeEventListener('abort', onEnd);
      resolve(inTime);
    }
  });
}
