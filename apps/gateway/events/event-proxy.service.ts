import { Inject, Injectable, type OnApplicationShutdown, type OnModuleDestroy } from '@nestjs/common';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { type Dispatcher, Pool } from 'undici';
import { classifyError, type NoAnswer } from '../../../libs/service-client/call-outcome.js';
import { READER_HEADER } from '../../../libs/service-kit/feed-reader.js';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';
import { GATEWAY_SETTINGS, type GatewaySettings } from '../config/gateway.settings.js';
import { callerOf } from '../auth/require-key.js';

const CONNECT_TIMEOUT_MS = 1_000;
/** How long the service may take to begin its answer, beyond what the caller has asked it to wait. */
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

/** Lets a caller read from the hooks service as if it were there: streaming, conditional, at the reader's own pace. */
@Injectable()
export class EventProxy implements OnModuleDestroy, OnApplicationShutdown {
  private readonly pool: Pool;
  private readonly open = new Set<AbortController>();

  constructor(@Inject(GATEWAY_SETTINGS) { HOOKS_URL }: Pick<GatewaySettings, 'HOOKS_URL'>) {
    this.pool = new Pool(HOOKS_URL, { pipelining: 1, keepAliveTimeout: 30_000, connect: { timeout: CONNECT_TIMEOUT_MS } });
  }

  /**
   * Passes the request of this response on as it is, and the answer back, for as long as both sides stay.
   * @param waitS how long the service is asked to wait before it answers, in seconds.
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
        // Not `setHeader`: the answer may vary by Origin already.
        if (value !== undefined) response.appendHeader(name, value);
      }
      // Before the first event: a reader must learn at once that it is connected.
      response.flushHeaders();
      // A reader that goes away and a service that breaks off both end the exchange; nobody is left to answer.
      await pipeline(upstreamResponse.body, response).catch(() => response.destroy());
    } finally {
      this.open.delete(controller);
    }
  }

  /** First of all that happens at the end: streams must not hold it up. */
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
        // A pooled connection that the service had closed says nothing about the service now: reading may be repeated.
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
  broken: 'broke the connection off',
  'timed-out': 'does not answer in time',
};

/** 503 `HOOKS_UNAVAILABLE`: the service that gives events out cannot be asked right now. */
export class HooksUnavailableException extends ProblemException {
  constructor(cause: unknown) {
    super(
      503,
      'HOOKS_UNAVAILABLE',
      `The hooks service, which gives events out, ${reasons[classifyError(cause)]}. Nothing is lost: try again later, with the same cursor.`,
      {},
      { cause, retryAfter: 1 },
    );
  }
}

/** Whose share of the places for readers a request takes: the holder of the API key, or the address while no keys are required. */
export function readerName(request: IncomingMessage): string {
  const holder = callerOf(request);
  return encodeURIComponent(holder === '' ? `address:${request.socket.remoteAddress ?? ''}` : `key:${holder}`);
}
