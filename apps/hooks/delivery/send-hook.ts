import { randomBytes } from 'node:crypto';
import type { Agent, Dispatcher } from 'undici';
import { CONNECT_TIMEOUT_MS, type HookConnections } from '../egress/guarded-agent.js';
import { sendOnConnection } from '../egress/send-on-connection.js';
import type { AttemptError, AttemptOutcome } from './attempt-outcome.js';
import type { Clock } from '../../../libs/service-kit/clock.js';
import { parseRetryAfter } from './retry-schedule.js';

const BODY_KEPT_BYTES = 16_384;
/** The status decides. So a slow body must not occupy the worker for longer. */
const BODY_WITHIN_MS = 1_000;
const INSTANT_RETRY_WITHIN_MS = 1_000;
const HEADERS_KEPT = 50;

export interface HookRequest {
  url: string;
  headers: Record<string, string>;
  body: string;
  /** The time for the answer of the receiver, from when the request goes out. */
  timeoutMs: number;
  /** Whether a refused connection is retried at once, because the receiver may be restarting. */
  instantRetry: boolean;
}

/**
 * Sends one request. It settles within the timeout plus the time to connect, whatever the receiver does. Only a 2xx is a success;
 * redirects are not followed. If the receiver has closed a pooled connection, the same attempt uses a new one.
 */
export async function sendHook(connections: HookConnections, request: HookRequest, clock: Clock): Promise<AttemptOutcome> {
  const startedAt = clock.now();
  const from = performance.now();
  const deadline = new ReceiverDeadline(request.timeoutMs);
  const base = () => ({ startedAt, durationMs: Math.round(performance.now() - from), requestHeaders: request.headers });
  try {
    const response = await post(connections.pooled, request, deadline).catch((error: unknown) => {
      if (deadline.isExpired || performance.now() - from > INSTANT_RETRY_WITHIN_MS) throw error;
      const kind = classifyError(error);
      if (kind === 'reset' && deadline.onReusedConnection) return post(connections.unpooled, request, deadline);
      if (kind === 'connect' && request.instantRetry) return post(connections.pooled, request, deadline);
      throw error;
    });
    const responseBody = await readBounded(response);
    const { statusCode: status } = response;
    const responseHeaders = headersOf(response);
    const retryAfterMs = parseRetryAfter(responseHeaders['retry-after'], clock.now());
    const answered = { ...base(), status, responseHeaders, responseBody };
    if (status >= 200 && status < 300) return answered;
    return {
      ...answered,
      error: 'http',
      detail: status >= 300 && status < 400 ? 'A redirect is not followed: change the URL of the hook.' : `Answered ${status}.`,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    };
  } catch (error) {
    return {
      ...base(),
      error: deadline.isExpired ? 'timeout' : classifyError(error),
      detail: deadline.isExpired ? `No answer within ${request.timeoutMs} ms.` : messageOf(error),
    };
  } finally {
    deadline.stop();
  }
}

/**
 * The timeout of the receiver. It starts when a request goes out, and restarts when the request goes out on another connection.
 */
class ReceiverDeadline {
  private readonly controller = new AbortController();
  private timer: NodeJS.Timeout;
  onReusedConnection = false;

  constructor(private readonly timeoutMs: number) {
    this.timer = this.endAfter(CONNECT_TIMEOUT_MS + timeoutMs);
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  get isExpired(): boolean {
    return this.signal.aborted;
  }

  restart(onReusedConnection: boolean): void {
    this.onReusedConnection = onReusedConnection;
    clearTimeout(this.timer);
    this.timer = this.endAfter(this.timeoutMs);
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private endAfter(ms: number): NodeJS.Timeout {
    return setTimeout(() => this.controller.abort(), ms);
  }
}

function post(agent: Agent, { url, headers, body }: HookRequest, deadline: ReceiverDeadline): Promise<Dispatcher.ResponseData> {
  const { origin } = new URL(url);
  const options = { origin, path: pathOf(new URL(url)), method: 'POST', headers, body, signal: deadline.signal } as const;
  return sendOnConnection(agent, options, (onReusedConnection) => deadline.restart(onReusedConnection));
}

const pathOf = ({ pathname, search }: URL): string => pathname + search;

/**
 * Reads the part of a body that is stored. A longer, slower or truncated body does not change the outcome: the connection is
 * dropped.
 */
async function readBounded({ body }: Dispatcher.ResponseData): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  const tooSlow = setTimeout(() => body.destroy(), BODY_WITHIN_MS);
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > BODY_KEPT_BYTES) break; // which destroys the body
    }
  } catch {
    // The part that was received is stored.
  } finally {
    clearTimeout(tooSlow);
  }
  // PostgreSQL text cannot contain NUL.
  return Buffer.concat(chunks).subarray(0, BODY_KEPT_BYTES).toString('utf8').replaceAll('\0', '\uFFFD');
}

function headersOf({ headers }: Dispatcher.ResponseData): Record<string, string> {
  const flat = Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : String(value)]);
  return Object.fromEntries(flat.slice(0, HEADERS_KEPT)) as Record<string, string>;
}

const dnsCodes = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_NODATA', 'EAI_NONAME', 'ENODATA']);
const connectCodes = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL', 'EACCES']);
const errorClasses: Record<string, AttemptError> = {
  HOOK_ADDRESS_BLOCKED: 'blocked',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  ETIMEDOUT: 'timeout',
  UND_ERR_HEADERS_OVERFLOW: 'too_large',
};

function classifyError(error: unknown): AttemptError {
  const { code = '', errors } = (error ?? {}) as { code?: string; errors?: unknown[] };
  if (code === '' && errors?.[0] !== undefined) return classifyError(errors[0]);
  if (errorClasses[code]) return errorClasses[code];
  if (dnsCodes.has(code)) return 'dns';
  if (connectCodes.has(code)) return 'connect';
  if (/CERT|TLS|SSL|EPROTO|SELF_SIGNED|UNABLE_TO/.test(code)) return 'tls';
  return 'reset';
}

function messageOf(error: unknown): string {
  const { message, code } = error as { message?: string; code?: string };
  return ((message || code) ?? 'The connection broke.').replaceAll('\0', '').slice(0, 500);
}

/** A `traceparent` of a new span, in the trace of the event if it has one. */
export function childTraceparent(traceparent: string | undefined): string {
  const [, traceId] = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/.exec(traceparent ?? '') ?? [];
  return `00-${traceId ?? randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`;
}
