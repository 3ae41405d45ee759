import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Server } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import { EventSocketQuery } from '../../../contracts/event/event-feed.js';
import { parseVersionPins, type VersionPins } from '../../../libs/messaging/event/event-versions.js';
import { LogTail } from '../../../libs/messaging/log/log-tail.js';
import { readerOf } from '../../../libs/service-kit/feed-reader.js';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';
import { onWebSocketUpgrade, type WebSocketUpgrade } from '../../../libs/service-kit/websocket-upgrade.js';
import { FEED_SETTINGS, type FeedSettings, STALLED_HEARTBEATS } from './feed-settings.js';
import { type FeedConnection, FeedConnections } from './feed-connections.service.js';
import { cloudEventJson } from './feed-rendering.js';
import { type EpochPosition, LogPositions } from './log-positions.service.js';
import { SocketCredit } from './socket-credit.js';

const SOCKET_PATH = '/v1/events/socket';
const BATCH = 100;
const SCAN = 5_000;
/** How many bytes may be buffered for a slow client. */
const BUFFERED_BYTES = 65_536;
/** Messages of clients are short: `{"want": 100}`. */
const MAX_MESSAGE_BYTES = 1_024;

/** Close codes (RFC 6455, 7.4.1). */
const GOING_AWAY = 1001;
const POLICY_VIOLATION = 1008;
const TRY_AGAIN_LATER = 1013;

/** How long a client has to answer a close frame when the process stops, in milliseconds. */
const CLOSE_MS = 250;

const WantMessage = z.strictObject({ want: z.int().min(1).max(1_000_000) });

/** The WebSocket feed: each message is one CloudEvent as JSON text. The client may limit how many it gets. */
@Injectable()
export class EventSocketServer implements OnApplicationBootstrap {
  private readonly logger = new Logger(EventSocketServer.name);
  private readonly handshakes = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES, perMessageDeflate: false });

  constructor(
    private readonly host: HttpAdapterHost,
    @Inject(FEED_SETTINGS) private readonly settings: FeedSettings,
    private readonly connections: FeedConnections,
    private readonly positions: LogPositions,
    private readonly tail: LogTail,
  ) {}

  onApplicationBootstrap(): void {
    onWebSocketUpgrade(this.host.httpAdapter.getHttpServer() as Server, SOCKET_PATH, (upgrade) => this.accept(upgrade));
  }

  /** @throws ProblemException 410, 422 or 503 instead of a handshake. */
  private async accept({ request, socket, head }: WebSocketUpgrade): Promise<void> {
    const query = queryOf(request.url ?? '');
    const pins = query.versions === undefined ? {} : parseVersionPins(query.versions);
    const connection = this.connections.acquire(readerOf(request));
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
    start: EpochPosition,
    query: EventSocketQuery & { pins: VersionPins },
  ): Promise<void> {
    const { signal } = connection;
    const credit = new SocketCredit(query.want);
    client.on('error', () => client.terminate());
    client.on('message', (message) => {
      const want = parseWant((message as Buffer).toString('utf8'));
      if (want === undefined) client.close(POLICY_VIOLATION, 'a message must be {"want": <number of events>}');
      else credit.add(want);
    });
    const watch = this.watch(client);
    try {
      const { types, subject, pins } = query;
      const { epoch } = start;
      let { position } = start;
      let caughtUp = true;
      while (caughtUp && (await credit.available(signal))) {
        const limit = Math.min(BATCH, credit.left);
        const page = await this.tail.next({ after: position, scan: SCAN, limit, types, subject, epoch }, signal);
        if (!page) break;
        if (page.missed)
          return client.close(TRY_AGAIN_LATER, 'the next events are no longer kept: reconnect with the last sequence');
        if (page.epoch !== epoch) return client.close(TRY_AGAIN_LATER, 'the log was restored to an earlier point: start again');
        credit.spend(page.events.length);
        caughtUp = await this.send(
          client,
          page.events.map((event) => cloudEventJson(event, pins)),
          { signal, taken: watch.alive },
        );
        position = page.scannedTo;
      }
      client.close(GOING_AWAY, 'reconnect with after=<the last sequence>');
    } finally {
      watch.stop();
      // A client that does not answer the close frame is disconnected. A stopping process waits only briefly.
      const patienceMs = signal.aborted ? CLOSE_MS : this.settings.FEED_HEARTBEAT_MS;
      setTimeout(() => client.terminate(), patienceMs).unref();
    }
  }

  /** Resolves to true when the client has taken all messages; to false when its connection or its lifetime has ended. */
  private async send(
    client: WebSocket,
    messages: readonly string[],
    { signal, taken }: { signal: AbortSignal; taken: () => void },
  ): Promise<boolean> {
    for (const message of messages) {
      if (signal.aborted) return false;
      const sent = new Promise<boolean>((resolve) => {
        client.send(message, (error) => resolve(!error));
      });
      if (client.bufferedAmount < BUFFERED_BYTES) continue;
      if (!(await unlessAborted(sent, signal))) return false;
      taken();
    }
    return true;
  }

  /**
   * Pings the reader, and disconnects it if it neither answers nor takes data for some heartbeats. A slow reader gets the pings
   * late.
   */
  private watch(client: WebSocket): { alive: () => void; stop: () => void } {
    let missedPongs = 0;
    const alive = () => (missedPongs = 0);
    client.on('pong', alive).on('message', alive);
    const timer = setInterval(() => {
      if (missedPongs++ >= STALLED_HEARTBEATS) return client.terminate();
      client.ping();
    }, this.settings.FEED_HEARTBEAT_MS);
    return { alive, stop: () => clearInterval(timer) };
  }
}

/** @throws ProblemException 422 `VALIDATION_FAILED`, as the routes beside it do. */
function queryOf(url: string): EventSocketQuery {
  const search = new URLSearchParams(url.split('?')[1] ?? '');
  const values = Object.fromEntries(
    [...new Set(search.keys())].map((name) => {
      const values = search.getAll(name);
      return [name, values.length === 1 ? values[0] : values];
    }),
  );
  const parsed = EventSocketQuery.safeParse(values);
  if (parsed.success) return parsed.data;
  throw new ProblemException(422, 'VALIDATION_FAILED', 'The request does not fit the schema; see errors.', {
    errors: parsed.error.issues.map(({ path, message }) => ({
      pointer: path.map((key) => `/${String(key)}`).join(''),
      detail: message,
    })),
  });
}

/** The result of the promise, or false once the signal is aborted. */
async function unlessAborted(done: Promise<boolean>, signal: AbortSignal): Promise<boolean> {
  let onAbort: () => void = () => {};
  const aborted = new Promise<boolean>((resolve) => {
    onAbort = () => resolve(false);
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([done, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function parseWant(message: string): number | undefined {
  try {
    return WantMessage.parse(JSON.parse(message)).want;
  } catch {
    return undefined;
  }
}
