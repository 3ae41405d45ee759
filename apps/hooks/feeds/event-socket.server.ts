import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Server } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import { EventSocketQuery } from '../../../contracts/event-feed.js';
import { parseVersionPins, type VersionPins } from '../../../libs/messaging/event-versions.js';
import { LogTail } from '../../../libs/messaging/log-tail.js';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';
import { onWebSocketUpgrade, type WebSocketUpgrade } from '../../../libs/service-kit/websocket-upgrade.js';
import { FEED_SETTINGS, type FeedSettings } from './feed-settings.js';
import { type FeedConnection, FeedConnections } from './feed-connections.service.js';
import { cloudEventJson } from './feed-rendering.js';
import { LogPositions } from './log-positions.service.js';
import { SocketCredit } from './socket-credit.js';

const SOCKET_PATH = '/v1/events/socket';
const BATCH = 100;
const SCAN = 5_000;
/** A client says little: `{"want": 100}`. */
const MAX_MESSAGE_BYTES = 1_024;

/** Close codes (RFC 6455, 7.4.1). */
const GOING_AWAY = 1001;
const POLICY_VIOLATION = 1008;
const TRY_AGAIN_LATER = 1013;

/** How long a client has to answer a close frame at the end of its time or of the process, in milliseconds. */
const CLOSE_MS = 250;

const Wish = z.strictObject({ want: z.int().min(1).max(1_000_000) });

/** The WebSocket door: one CloudEvent a message, as JSON text; the client may say how many it wants. */
@Injectable()
export class EventSocketServer implements OnApplicationBootstrap {
  private readonly logger = new Logger(EventSocketServer.name);
  private readonly handshakes = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES, perMessageDeflate: false });

  constructor(
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
    @Inject(FEED_SETTINGS) private readonly settings: FeedSettings,
    @Inject(FeedConnections) private readonly connections: FeedConnections,
    @Inject(LogPositions) private readonly positions: LogPositions,
    @Inject(LogTail) private readonly tail: LogTail,
  ) {}

  onApplicationBootstrap(): void {
    onWebSocketUpgrade(this.host.httpAdapter.getHttpServer() as Server, SOCKET_PATH, (upgrade) => this.accept(upgrade));
  }

  /** @throws ProblemException 410, 422 or 503 instead of the handshake's answer. */
  private async accept({ request, socket, head }: WebSocketUpgrade): Promise<void> {
    const query = queryOf(request.url ?? '');
    const pins = query.versions === undefined ? {} : parseVersionPins(query.versions);
    const connection = this.connections.claim();
    socket.once('close', () => connection.close());
    try {
      const start = await this.positions.resolve(query.after ?? 'now');
      this.handshakes.handleUpgrade(request, socket, head, (client) => {
        this.serve(client, connection, start, { ...query, pins }).catch((error: unknown) => {
          this.logger.warn(`A socket was ended: ${String(error)}`);
          client.terminate();
        });
      });
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  private async serve(
    client: WebSocket,
    connection: FeedConnection,
    start: number,
    query: EventSocketQuery & { pins: VersionPins },
  ): Promise<void> {
    const { signal } = connection;
    const credit = new SocketCredit(query.want);
    client.on('error', () => client.terminate());
    client.on('message', (message) => {
      const wish = wishIn((message as Buffer).toString('utf8'));
      if (wish === undefined) client.close(POLICY_VIOLATION, 'a message must be {"want": <number of events>}');
      else credit.add(wish);
    });
    const heartbeat = this.watch(client);
    try {
      const { types, subject, pins } = query;
      let position = start;
      let caughtUp = true;
      while (caughtUp && (await credit.available(signal))) {
        const limit = Math.min(BATCH, credit.left);
        const page = await this.tail.next({ after: position, scan: SCAN, limit, types, subject }, signal);
        if (!page) break;
        if (page.missed)
          return client.close(TRY_AGAIN_LATER, 'what comes next is no longer kept: come back with the last sequence');
        credit.spend(page.events.length);
        caughtUp = await this.send(
          client,
          page.events.map((event) => cloudEventJson(event, pins)),
          signal,
        );
        position = page.scannedTo;
      }
      client.close(GOING_AWAY, 'come back with after=<the last sequence>');
    } finally {
      clearInterval(heartbeat);
      // Whoever does not answer the close frame is cut off; a process that stops does not wait for it for long.
      const patienceMs = signal.aborted ? CLOSE_MS : this.settings.FEED_HEARTBEAT_MS;
      setTimeout(() => client.terminate(), patienceMs).unref();
    }
  }

  /** Resolves when the client has taken the messages, or to false when it has not within two heartbeats. */
  private send(client: WebSocket, messages: string[], signal: AbortSignal): Promise<boolean> {
    const last = messages.at(-1);
    if (last === undefined) return Promise.resolve(true);
    for (const message of messages.slice(0, -1)) client.send(message, () => {});
    return new Promise((resolve) => {
      const done = (taken: boolean) => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        resolve(taken);
      };
      const onAbort = () => done(false);
      const timer = setTimeout(() => {
        client.terminate();
        done(false);
      }, 2 * this.settings.FEED_HEARTBEAT_MS);
      signal.addEventListener('abort', onAbort, { once: true });
      client.send(last, (error) => done(!error));
    });
  }

  /** Pings, and cuts off whoever has not answered by the next one. */
  private watch(client: WebSocket): NodeJS.Timeout {
    let alive = true;
    client.on('pong', () => (alive = true));
    return setInterval(() => {
      if (!alive) return client.terminate();
      alive = false;
      client.ping();
    }, this.settings.FEED_HEARTBEAT_MS);
  }
}

/** @throws ProblemException 422 `VALIDATION_FAILED`, as the routes beside it do. */
function queryOf(url: string): EventSocketQuery {
  const search = new URLSearchParams(url.split('?')[1] ?? '');
  const given = Object.fromEntries(
    [...new Set(search.keys())].map((name) => {
      const values = search.getAll(name);
      return [name, values.length === 1 ? values[0] : values];
    }),
  );
  const parsed = EventSocketQuery.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new ProblemException(422, 'VALIDATION_FAILED', 'The request does not fit the schema; see errors.', {
    errors: parsed.error.issues.map(({ path, message }) => ({
      pointer: path.map((key) => `/${String(key)}`).join(''),
      detail: message,
    })),
  });
}

function wishIn(message: string): number | undefined {
  try {
    return Wish.parse(JSON.parse(message)).want;
  } catch {
    return undefined;
  }
}
