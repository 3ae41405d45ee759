import { EventSource } from 'eventsource';
import { setTimeout as delay } from 'node:timers/promises';
import type { CloudEvent } from '../../contracts/event/cloud-event.js';
import type { EventPage } from '../../contracts/event/event-feed.js';
import { waitUntil } from '../../libs/embedded/wait-until.js';
import type { Client } from '../chaos/client.js';
import { CursorReader, receivedEventOf, type ReceivedEvent } from '../chaos/followers.js';

const REACHED_WITHIN_MS = 30_000;

/** Follows the stream of events from the beginning, and resumes as every EventSource does. */
export class StreamReader {
  readonly received: ReceivedEvent[] = [];
  /** How often it was sent past events that it had not received. */
  gaps = 0;
  private readonly source: EventSource;

  constructor(gateway: string) {
    this.source = new EventSource(`${gateway}/v1/events/stream?after=beginning`);
    this.source.addEventListener('message', ({ data }) =>
      this.received.push(receivedEventOf(JSON.parse(String(data)) as CloudEvent)),
    );
    this.source.addEventListener('gap', () => (this.gaps += 1));
  }

  /** Waits until it has come to a position, but not for ever. */
  async reach(position: number): Promise<void> {
    await waitUntil(() => (this.received.at(-1)?.position ?? 0) >= position, { withinMs: REACHED_WITHIN_MS });
  }

  stop(): void {
    this.source.close();
  }
}

/** Reads the log to its end, and then not at all for a while. */
export class SlowReader extends CursorReader {
  async readEvery(ms: number, over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      await this.catchUp();
      await delay(ms, undefined, { signal: over }).catch(() => {});
    }
  }
}

/** Has a cursor from long ago. */
export class LateReader {
  private constructor(
    private readonly client: Client,
    private readonly cursor: string,
  ) {}

  static async start(client: Client): Promise<LateReader> {
    const answer = await client.retry('GET', '/v1/events?after=beginning&limit=1');
    if (answer?.status !== 200) throw new Error(`the first page of the log was answered ${answer?.status}`);
    return new LateReader(client, (answer.body as unknown as EventPage).next);
  }

  /** @returns what is wrong with the answers when it comes at last: 410 with the oldest cursor, from which it can go on. */
  async faults(): Promise<string[]> {
    const late = await this.client.once('GET', `/v1/events?after=${this.cursor}&limit=1`);
    const { code, oldest } = late.body as { code?: string; oldest?: string };
    if (late.status !== 410 || code !== 'CURSOR_EXPIRED' || oldest === undefined)
      return [
        `a cursor from the beginning of the load was answered ${late.status} ${code ?? ''} instead of 410 CURSOR_EXPIRED with the oldest cursor`,
      ];
    const next = await this.client.once('GET', `/v1/events?after=${oldest}&limit=1`);
    return next.status === 200 ? [] : [`the oldest cursor ${oldest} was answered ${next.status}`];
  }
}
