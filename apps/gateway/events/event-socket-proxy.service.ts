import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { type ClientRequest, type IncomingMessage, request as httpRequest, type Server, STATUS_CODES } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { onWebSocketUpgrade, refuseUpgrade, type WebSocketUpgrade } from '../../../libs/service-kit/websocket-upgrade.js';
import { AUTH_POLICY, type AuthPolicy, requireKey } from '../auth/auth-policy.js';
import { ORIGIN_POLICY, type OriginPolicy } from '../auth/origin-policy.js';
import { GATEWAY_SETTINGS, type GatewaySettings } from '../config/gateway.settings.js';
import { READER_HEADER } from '../../../libs/service-kit/feed-reader.js';
import { readerName, HooksUnavailableException } from './event-proxy.service.js';

const SOCKET_PATH = '/v1/events/socket';
const RESPONSE_TIMEOUT_MS = 3_500;
const handshakeHeaders = ['sec-websocket-key', 'sec-websocket-version', 'sec-websocket-protocol', 'sec-websocket-extensions'];

/** Proxies WebSockets to the hooks service: it checks the handshake, then forwards bytes. */
@Injectable()
export class EventSocketProxy implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly open = new Set<Socket>();

  constructor(
    private readonly host: HttpAdapterHost,
    @Inject(GATEWAY_SETTINGS) private readonly settings: Pick<GatewaySettings, 'HOOKS_URL'>,
    @Inject(AUTH_POLICY) private readonly policy: AuthPolicy,
    @Inject(ORIGIN_POLICY) private readonly origins: OriginPolicy,
  ) {}

  onApplicationBootstrap(): void {
    const server = this.host.httpAdapter.getHttpServer() as Server;
    onWebSocketUpgrade(server, SOCKET_PATH, async (upgrade) => this.forward(upgrade));
  }

  onModuleDestroy(): void {
    for (const socket of this.open) socket.destroy();
  }

  /** @throws ProblemException 401 or 403 before the hooks service gets the request. */
  private forward({ request, socket, head }: WebSocketUpgrade): void {
    this.origins.checkSocket(request.headers);
    requireKey(this.policy, request, ['events']);
    this.open.add(socket);
    const upstream = this.startHandshake(request);
    socket.once('close', () => {
      this.open.delete(socket);
      upstream.destroy();
    });
    upstream
      .on('upgrade', (upstreamResponse: IncomingMessage, upstreamSocket: Socket, upstreamHead: Buffer) => {
        upstream.setTimeout(0);
        socket.write(
          statusAndHeaders(upstreamResponse, ['upgrade', 'connection', 'sec-websocket-accept', 'sec-websocket-protocol']),
        );
        if (upstreamHead.length > 0) socket.write(upstreamHead);
        if (head.length > 0) upstreamSocket.write(head);
        socket.setNoDelay(true);
        upstreamSocket.on('error', () => socket.destroy()).on('close', () => socket.destroy());
        socket.on('close', () => upstreamSocket.destroy());
        upstreamSocket.pipe(socket).pipe(upstreamSocket);
      })
      .on('response', (upstreamResponse) => {
        socket.write(
          statusAndHeaders(
            upstreamResponse,
            ['content-type', 'content-length', 'retry-after', 'events-cursor'],
            'Connection: close',
          ),
        );
        upstreamResponse.pipe(socket);
      })
      .on('timeout', () => upstream.destroy(Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' })))
      .on('error', (error) => refuseUpgrade(request, socket, new HooksUnavailableException(error)))
      .end();
  }

  private startHandshake(request: IncomingMessage): ClientRequest {
    const { url = SOCKET_PATH, headers } = request;
    const target = new URL(url, this.settings.HOOKS_URL);
    const forwarded = handshakeHeaders.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]]));
    const send = target.protocol === 'https:' ? httpsRequest : httpRequest;
    return send(target, {
      agent: false,
      headers: {
        ...Object.fromEntries(forwarded),
        [READER_HEADER]: readerName(request),
        connection: 'Upgrade',
        upgrade: 'websocket',
      },
      timeout: RESPONSE_TIMEOUT_MS,
    });
  }
}

function statusAndHeaders(upstreamResponse: IncomingMessage, names: readonly string[], ...more: string[]): string {
  const { statusCode = 502 } = upstreamResponse;
  const lines = names.flatMap((name) =>
    upstreamResponse.headers[name] === undefined ? [] : [`${name}: ${String(upstreamResponse.headers[name])}`],
  );
  return `HTTP/1.1 ${statusCode} ${STATUS_CODES[statusCode] ?? ''}\r\n${[...lines, ...more].join('\r\n')}\r\n\r\n`;
}
