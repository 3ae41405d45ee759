import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { CloudEvent } from '../../contracts/event/cloud-event.js';
import type { EventPage } from '../../contracts/event/event-feed.js';
import type { HookCreated } from '../../contracts/hooks/hook.resource.js';
import type { Client } from './client.js';

/** One event as a follower got it. */
export interface ReceivedEvent {
  occurrenceId: string;
  /** Its position in the log. */
  position: number;
  data: unknown;
}

/** A webhook with a receiver that records every event and answers 204. It is available unless `goAway` was called. */
export class LiveReceiver {
  /** In the order in which they came, repeats included. */
  readonly received: ReceivedEvent[] = [];
  readonly hookId: string;
  private away = false;

  private constructor(
    private readonly server: Server,
    { hookId }: HookCreated,
  ) {
    this.hookId = hookId;
  }

  static async start(client: Client): Promise<LiveReceiver> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
    const answer = await client.retry('POST', '/v1/hooks', { url, types: ['*'], description: 'chaos' });
    if (answer?.status !== 201) throw new Error(`a hook was answered ${answer?.status}: ${JSON.stringify(answer?.body)}`);
    const receiver = new LiveReceiver(server, answer.body as unknown as HookCreated);
    server.on('connection', (socket) => receiver.away && socket.destroy());
    server.on('request', (message, response) => {
      const chunks: Buffer[] = [];
      message.on('error', () => {}); // a sender that was killed sends the event again
      message.on('data', (chunk: Buffer) => chunks.push(chunk));
      message.on('end', () => {
        receiver.received.push(receivedEventOf(JSON.parse(Buffer.concat(chunks).toString('utf8')) as CloudEvent));
        response.writeHead(204).end();
      });
    });
    return receiver;
  }

  /** Breaks every connection, and each new one, until `comeBack`. The port stays its own. */
  goAway(): void {
    this.away = true;
    this.server.closeAllConnections();
  }

  comeBack(): void {
    this.away = false;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** Reads the log by cursor from the beginning, and continues after every failure. */
export class CursorReader {
  readonly received: ReceivedEvent[] = [];
  private cursor = 'beginning';

  constructor(private readonly client: Client) {}

  /** Reads until the signal aborts. */
  async readUntil(over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      await this.readOn(2);
      await delay(500, undefined, { signal: over }).catch(() => {});
    }
  }

  /** Reads to the end of the log as it is now. */
  async catchUp(): Promise<void> {
    while ((await this.readOn(0)) > 0);
  }

  private async readOn(waitSeconds: number): Promise<number> {
    const { status, body } = await this.client.once('GET', `/v1/events?after=${this.cursor}&limit=200&wait=${waitSeconds}`);
    if (status !== 200) return 0;
    const { items, next } = body as unknown as EventPage;
    this.received.push(...items.map(receivedEventOf));
    this.cursor = next;
    return items.length;
  }
}

export const receivedEventOf = ({ occurrenceid, sequence, data }: CloudEvent): ReceivedEvent => ({
  occurrenceId: occurrenceid,
  position: Number(sequence),
  data,
});
