import { setTimeout as delay } from 'node:timers/promises';
import type { Diary, Sent } from './diary.js';

export interface Answer {
  /** Null where nothing came back. */
  status: number | null;
  body: Record<string, unknown>;
}

/** How long one request may take; longer than the longest `Prefer: wait`. */
const REQUEST_MS = 35_000;
const FIRST_PAUSE_MS = 150;
const LONGEST_PAUSE_MS = 1_500;

/** A client of the public API that behaves as clients should: what is not settled is sent again, under the same key. */
export class Client {
  constructor(
    private readonly gateway: string,
    private readonly diary: Diary,
    /** Ends all waiting when the run is over. */
    private readonly over: AbortSignal,
  ) {}

  /** One try. A connection that breaks is an answer, too: nobody knows what has become of the request. */
  async once(method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<Answer> {
    try {
      const response = await fetch(this.gateway + path, {
        method,
        headers: { ...(body && { 'content-type': 'application/json' }), ...headers },
        ...(body && { body: JSON.stringify(body) }),
        signal: AbortSignal.any([AbortSignal.timeout(REQUEST_MS), this.over]),
      });
      const text = await response.text();
      return { status: response.status, body: text ? (JSON.parse(text) as Record<string, unknown>) : {} };
    } catch (error) {
      return { status: null, body: { code: error instanceof Error ? error.name : 'UNKNOWN' } };
    }
  }

  /** Sends until something settles it: any answer but a 5xx. @returns undefined when the run is over before. */
  async retry(method: string, path: string, body?: object, headers?: Record<string, string>): Promise<Answer | undefined> {
    for (let pause = FIRST_PAUSE_MS; !this.over.aborted; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      const answer = await this.once(method, path, body, headers);
      if (answer.status !== null && answer.status < 500) return answer;
      await delay(pause * (0.5 + Math.random()), undefined, { signal: this.over }).catch(() => {});
    }
    return undefined;
  }

  /** A command under its key, until it is settled. Every try goes into the diary. */
  async command(
    what: Pick<Sent, 'life' | 'request' | 'route' | 'key' | 'sending'>,
    path: string,
    body: object | undefined,
    wait: number,
  ): Promise<Answer | undefined> {
    const headers = { 'idempotency-key': what.key, ...(wait > 0 && { prefer: `wait=${wait}` }) };
    for (let pause = FIRST_PAUSE_MS; !this.over.aborted; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      const [at, from] = [new Date(), performance.now()];
      const answer = await this.once('POST', path, body, headers);
      const { status, body: said } = answer;
      const text = (name: string) => (typeof said[name] === 'string' ? said[name] : null);
      this.diary.sent.push({
        ...what,
        status,
        code: text('code'),
        resourceId: text('orderId') ?? text('tripId'),
        sagaId: status === 202 ? text('sagaId') : null,
        at,
        ms: Math.round(performance.now() - from),
      });
      if (status !== null && status < 500) return answer;
      await delay(pause * (0.5 + Math.random()), undefined, { signal: this.over }).catch(() => {});
    }
    return undefined;
  }

  /** Reads until the answer is as wanted. @returns undefined when it is not within the time. */
  async until<Body>(path: string, holds: (body: Body) => boolean, withinMs: number): Promise<Body | undefined> {
    for (const deadline = Date.now() + withinMs; Date.now() < deadline && !this.over.aborted;) {
      const { status, body } = await this.once('GET', path);
      if (status === 200 && holds(body as Body)) return body as Body;
      await delay(400, undefined, { signal: this.over }).catch(() => {});
    }
    return undefined;
  }
}
