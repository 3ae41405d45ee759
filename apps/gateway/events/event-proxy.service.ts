import { Inject, Injectable, type OnApplicationShutdown, type OnModuleDestroy } from '@nestjs/common';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { type Dispatcher, Pool } from 'undici';
import { classifyError, type NoAnswer } from '../../../libs/service-client/call-outcome.js';
import { READER_HEADER } from '../../../libs/service-kit/feed-reader.js';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';
import { GATEWAY_SETTINGS, type GatewaySettings } from '../config/gateway.settings.js';
import { callerOf } from '../auth/auth-policy.js';

const CONNECT_TIMEOUT_MS = 1_000;
/** The timeout of the hooks service for its response headers, in addition to the requested wait. */
const RESPONSE_TIMEOUT_MS = 3_500;

const forwardedRequestHeaders = ['accept', 'if-none-match', 'last-event-id', 'traceparent', 'tracestate'] as const;
const forwardedHeaders = [
  'content-type',
  'content-length',
  'cache-control',
  'etag',
  'vary',
  'link',
  'location',
  'events-cursor',
  'retry-after',
  'upgrade',
  'x-accel-buffering',
  'deprecation',
  'sunset',
] as const;

/** Proxies requests to the hooks service. It streams, forwards conditional requests, and follows the pace of the reader. */
@Injectable()
export class EventProxy implements OnModuleDestroy, OnApplicationShutdown {
  private readonly pool: Pool;
  private readonly open = new Set<AbortController>();

  constructor(@Inject(GATEWAY_SETTINGS) { HOOKS_URL }: Pick<GatewaySettings, 'HOOKS_URL'>) {
    this.pool = new Pool(HOOKS_URL, { pipelining: 1, keepAliveTimeout: 30_000, connect: { timeout: CONNECT_TIMEOUT_MS } });
  }

  /**
   * Forwards the request of this response, and the response back, until one side disconnects.
   * @param waitS how long the service may wait before it answers, in seconds.
   * @throws HooksUnavailableException within 5 s beyond that wait when it does not answer.
   */
  async forward(response: ServerResponse, waitS = 0): Promise<void> {
    const controller = new AbortController();
    this.open.add(controller);
    response.once('close', () => controller.abort());
    try {
      const upstreamResponse = await this.request(response, waitS, controller.signal);
      response.statusCode = upstreamResponse.statusCode;
      for (const name of forwardedHeaders) {
        const value = upstreamResponse.headers[name];
        // Not `setHeader`: the response may have `Vary: Origin` already.
        if (value !== undefined) response.appendHeader(name, value);
      }
      // Sent before the first event, so that a reader knows that it is connected.
      response.flushHeaders();
      // If either side disconnects, the exchange ends: no response is possible.
      await pipeline(upstreamResponse.body, response).catch(() => response.destroy());
    } finally {
      this.open.delete(controller);
    }
  }

  /** The first step of a shutdown: streams must not delay it. */
  onModuleDestroy(): void {
    for (const controller of this.open) controller.abort();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.destroy();
  }

  private async request(response: ServerResponse, waitS: number, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    const { url = '/', method, headers } = response.req;
    const options: Dispatcher.RequestOptions = {
      method: method === 'HEAD' ? 'HEAD' : 'GET',
      path: url,
      headers: { ...requestHeaders(headers), [READER_HEADER]: readerName(response.req) },
      headersTimeout: waitS * 1_000 + RESPONSE_TIMEOUT_MS,
      bodyTimeout: 0,
      signal,
    };
    try {
      return await this.pool.request(options).catch((error: unknown) => {
        // The service may have closed the pooled connection before. A read can be repeated.
        if (classifyError(error) === 'broken' && !signal.aborted) return this.pool.request(options);
        throw error;
      });
    } catch (cause) {
      throw new HooksUnavailableException(cause);
    }
  }
}

function requestHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    forwardedRequestHeaders.flatMap((name) => {
      const value = headers[name];
      return value === undefined ? [] : [[name, String(value)]];
    }),
  );
}

const reasons: Record<NoAnswer, string> = {
  refused: 'cannot be reached',
  broken: 'closed the connection',
  'timed-out': 'does not answer in time',
};

/** 503 `HOOKS_UNAVAILABLE`: the hooks service does not answer. */
export class HooksUnavailableException extends ProblemException {
  constructor(cause: unknown) {
    super(
      503,
      'HOOKS_UNAVAILABLE',
      `The hooks service, which serves the events, ${reasons[classifyError(cause)]}. Nothing is lost: retry later with the same cursor.`,
      {},
      { cause, retryAfter: 1 },
    );
  }
}

/**
 * The reader whose share of connections a request counts against: the holder of the API key, or the address while no keys are
 * required.
 */
export function readerName(request: IncomingMessage): string {
  const holder = callerOf(request);
  return encodeURIComponent(holder === '' ? `address:${request.socket.remoteAddress ?? ''}` : `key:${holder}`);
}
