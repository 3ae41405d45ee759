import { type DynamicModule, Logger, Module } from '@nestjs/common';
import { EventLog } from '../../../libs/messaging/log/event-log.js';
import { LogTail } from '../../../libs/messaging/log/log-tail.js';
import { AtomFeed } from './atom-feed.service.js';
import { EventSocketServer } from './event-socket.server.js';
import { EventStream } from './event-stream.service.js';
import { EventsController } from './events.controller.js';
import { FEED_SETTINGS, type FeedSettings } from './feed-settings.js';
import { FeedConnections } from './feed-connections.service.js';
import { LogPositions } from './log-positions.service.js';

/** The pause after the log could not be read. */
const RETRY_MS = 1_000;

/** The feeds that consumers read: polling, Atom, SSE and WebSocket. They share the log, the cursor and the tail. */
@Module({})
export class FeedsModule {
  static register(settings: FeedSettings): DynamicModule {
    const logger = new Logger('Feeds');
    return {
      module: FeedsModule,
      controllers: [EventsController],
      providers: [
        { provide: FEED_SETTINGS, useValue: settings },
        {
          provide: LogTail,
          inject: [EventLog],
          useFactory: (log: EventLog) =>
            new LogTail({
              log,
              pollMs: () => settings.FEED_POLL_MS,
              retryMs: RETRY_MS,
              onFailure: (error) => logger.warn(`The log cannot be read, trying again: ${String(error)}`),
            }),
        },
        LogPositions,
        FeedConnections,
        AtomFeed,
        EventStream,
        EventSocketServer,
      ],
    };
  }
}
