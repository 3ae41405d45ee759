import { Pool } from 'undici';
import type { ServiceName } from './service-name.js';
import { type CallOutcome, classifyError } from './call-outcome.js';
import { ParticipantUnavailableException } from './participant-unavailable.exception.js';
import { upstreamProblem } from './upstream-problem.js';

export type Query = Record<string, string | number | undefined>;

interface Request {
  method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  path: string;
  body?: unknown;
  headers?: Record<string, string>;
  timeoutMs: number;
}

interface Answer {
  status: number;
  text: string;
}

/** Long enough for a busy service, short enough for a caller that expects an answer within seconds. */
const TIMEOUT_MS = 2_000;
const CONNECT_TIMEOUT_MS = 1_000;

/**
 * Calls one service on behalf of a person: queries, faults, hooks and health, never a saga's commands. Every method settles within two
 * seconds by default. A refusal (4xx) is thrown as the service's own problem. If the call fails otherwise, a
 * `ParticipantUnavailableException` names the service.
 */
export class ServiceApi {
  private readonly pool: Pool;
  /** A pool of its own, so that a queue of slow queries does not look like an unavailable service. */
  private readonly probes: Pool;
  private listener: (outcome: CallOutcome) => void = () => {};

  constructor(
    readonly service: ServiceName,
    url: string,
  ) {
    const options: Pool.Options = { pipelining: 1, keepAliveTimeout: 30_000, connect: { timeout: CONNECT_TIMEOUT_MS } };
    this.pool = new Pool(url, { ...options, connections: 64 });
    this.probes = new Pool(url, { ...options, connections: 1 });
    this.probes.on('disconnect', () => this.listener('disconnected'));
  }

  /** Notifies one listener of the outcome of every call, and of the end of an idle connection. */
  onOutcome(listener: (outcome: CallOutcome) => void): void {
    this.listener = listener;
  }

  async get<Resource>(path: string, query: Query = {}, timeoutMs = TIMEOUT_MS): Promise<Resource> {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
    return this.resource(
      await this.request({ method: 'GET', path: search.size > 0 ? `${path}?${search.toString()}` : path, timeoutMs }),
    );
  }

  async put<Resource>(path: string, body: unknown): Promise<Resource> {
    return this.resource(await this.request({ method: 'PUT', path, body, timeoutMs: TIMEOUT_MS }));
  }

  /** Sends once, without a retry. @param headers in addition to the content type, e.g. `idempotency-key`. */
  async post<Resource>(
    path: string,
    body: unknown,
    headers: Record<string, string> = {},
    timeoutMs = TIMEOUT_MS,
  ): Promise<Resource> {
    return this.resource(await this.request({ method: 'POST', path, body, headers, timeoutMs }));
  }

  async patch<Resource>(path: string, body: unknown): Promise<Resource> {
    return this.resource(await this.request({ method: 'PATCH', path, body, timeoutMs: TIMEOUT_MS }));
  }

  async delete(path: string): Promise<void> {
    this.check(await this.request({ method: 'DELETE', path, timeoutMs: TIMEOUT_MS }));
  }

  /** Whether the service reports that it is ready. @throws ParticipantUnavailableException when it does not answer within `timeoutMs`. */
  async ready(timeoutMs: number): Promise<boolean> {
    return (await this.request({ method: 'GET', path: '/readyz', timeoutMs }, this.probes)).status === 200;
  }

  async close(): Promise<void> {
    this.listener = () => {};
    await Promise.all([this.pool.destroy(), this.probes.destroy()]);
  }

  private resource<Resource>(answer: Answer): Resource {
    this.check(answer);
    try {
      return JSON.parse(answer.text) as Resource;
    } catch (cause) {
      throw new ParticipantUnavailableException(this.service, 'failed', { cause });
    }
  }

  private check({ status, text }: Answer): void {
    if (status < 400) return;
    throw (
      upstreamProblem(status, text) ??
      new ParticipantUnavailableException(this.service, 'failed', { cause: new Error(`${status} ${text.slice(0, 500)}`) })
    );
  }

  private async request(request: Request, pool = this.pool): Promise<Answer> {
    const signal = AbortSignal.timeout(request.timeoutMs);
    try {
      return await this.send(pool, request, signal).catch((error: unknown) => {
        // The service may have closed a pooled connection earlier, so a broken one proves nothing. A query is safe to repeat.
        if (request.method === 'GET' && classifyError(error) === 'broken' && !signal.aborted)
          return this.send(pool, request, signal);
        throw error;
      });
    } catch (cause) {
      const outcome = classifyError(cause);
      this.listener(outcome);
      throw new ParticipantUnavailableException(this.service, outcome, { cause });
    }
  }

  private async send(pool: Pool, { method, path, body, headers = {} }: Request, signal: AbortSignal): Promise<Answer> {
    const payload =
      body === undefined
        ? { headers }
        : { body: JSON.stringify(body), headers: { ...headers, 'content-type': 'application/json' } };
    const response = await pool.request({ method, path, signal, ...payload });
    const text = await response.body.text();
    this.listener(response.statusCode < 500 ? 'answered' : 'failed');
    return { status: response.statusCode, text };
  }
}
