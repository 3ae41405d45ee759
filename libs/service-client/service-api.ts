import { Pool } from 'undici';
import type { AskedService } from './asked-service.js';
import { type Contact, contactAfter } from './contact.js';
import { ParticipantUnavailableException } from './participant-unavailable.exception.js';
import { passedOn } from './passed-on.js';

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

/** Long enough for a busy service, short enough for a caller who is promised an answer within seconds. */
const TIMEOUT_MS = 2_000;
const CONNECT_TIMEOUT_MS = 1_000;

/**
 * Asks one service on behalf of a person: queries, faults, hooks and health, never a saga's commands. Every method settles within two
 * seconds. What the service says no to (4xx) is thrown as its own problem; when it cannot be asked or has failed,
 * a `ParticipantUnavailableException` names it.
 */
export class ServiceApi {
  private readonly pool: Pool;
  /** Apart from the others, so that a queue of slow queries is not taken for a service that is away. */
  private readonly probes: Pool;
  private listener: (contact: Contact) => void = () => {};

  constructor(
    readonly service: AskedService,
    url: string,
  ) {
    const options: Pool.Options = { pipelining: 1, keepAliveTimeout: 30_000, connect: { timeout: CONNECT_TIMEOUT_MS } };
    this.pool = new Pool(url, { ...options, connections: 64 });
    this.probes = new Pool(url, { ...options, connections: 1 });
    this.probes.on('disconnect', () => this.listener('disconnected'));
  }

  /** Tells one listener how each contact with the service went, the end of an idle connection included. */
  onContact(listener: (contact: Contact) => void): void {
    this.listener = listener;
  }

  async get<Resource>(path: string, query: Query = {}, timeoutMs = TIMEOUT_MS): Promise<Resource> {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
    return this.resource(
      await this.ask({ method: 'GET', path: search.size > 0 ? `${path}?${search.toString()}` : path, timeoutMs }),
    );
  }

  async put<Resource>(path: string, body: unknown): Promise<Resource> {
    return this.resource(await this.ask({ method: 'PUT', path, body, timeoutMs: TIMEOUT_MS }));
  }

  /** @param headers besides the content type, e.g. `idempotency-key`: a request whose answer was lost is not sent again here. */
  async post<Resource>(
    path: string,
    body: unknown,
    headers: Record<string, string> = {},
    timeoutMs = TIMEOUT_MS,
  ): Promise<Resource> {
    return this.resource(await this.ask({ method: 'POST', path, body, headers, timeoutMs }));
  }

  async patch<Resource>(path: string, body: unknown): Promise<Resource> {
    return this.resource(await this.ask({ method: 'PATCH', path, body, timeoutMs: TIMEOUT_MS }));
  }

  async delete(path: string): Promise<void> {
    this.check(await this.ask({ method: 'DELETE', path, timeoutMs: TIMEOUT_MS }));
  }

  /** Whether the service says that it can do its work. @throws ParticipantUnavailableException when it says nothing within `timeoutMs`. */
  async ready(timeoutMs: number): Promise<boolean> {
    return (await this.ask({ method: 'GET', path: '/readyz', timeoutMs }, this.probes)).status === 200;
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
      passedOn(status, text) ??
      new ParticipantUnavailableException(this.service, 'failed', { cause: new Error(`${status} ${text.slice(0, 500)}`) })
    );
  }

  private async ask(request: Request, pool = this.pool): Promise<Answer> {
    const signal = AbortSignal.timeout(request.timeoutMs);
    try {
      return await this.send(pool, request, signal).catch((error: unknown) => {
        // A pooled connection that the service had closed says nothing about the service now: a query may be asked again.
        if (request.method === 'GET' && contactAfter(error) === 'broken' && !signal.aborted)
          return this.send(pool, request, signal);
        throw error;
      });
    } catch (cause) {
      const contact = contactAfter(cause);
      this.listener(contact);
      throw new ParticipantUnavailableException(this.service, contact, { cause });
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
