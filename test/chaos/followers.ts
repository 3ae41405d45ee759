import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { CloudEvent } from '../../contracts/event/cloud-event.js';
import type { EventPage } from '../../contracts/event/event-feed.js';
import type { HookCreated } from '../../contracts/hooks/hook.resource.js';
import type { Client } from './client.js';

/** One event as a follower got it. */
export interface Heard {
  occurrenceId: string;
  /** Where it stands in the log, as the follower was notified. */
  position: number;
  data: unknown;
}

/** A webhook whose receiver is always there: it remembers everything that it is sent, and says yes. */
export class LiveReceiver {
  /** In the order in which they came, repeats included. */
  readonly heard: Heard[] = [];
  readonly hookId: string;

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
    server.on('request', (message, response) => {
      const chunks: Buffer[] = [];
      message.on('error', () => {}); // who was killed while sending sends it again
      message.on('data', (chunk: Buffer) => chunks.push(chunk));
      message.on('end', () => {
        receiver.heard.push(heardOf(JSON.parse(Buffer.concat(chunks).toString('utf8')) as CloudEvent));
        response.writeHead(204).end();
      });
    });
    return receiver;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** Somebody who reads the log by its cursor, from the beginning, and goes on from where they were whatever happens. */
export class CursorReader {
  readonly heard: Heard[] = [];
  private cursor = 'beginning';

  constructor(private readonly client: Client) {}

  /** Reads until told to stop. */
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
    this.heard.push(...items.map(heardOf));
    this.cursor = next;
    return items.length;
  }
}

const heardOf = ({ occurrenceid, sequence, data }: CloudEvent): Heard => ({
  occurrenceId: occurrenceid,
  position: Number(sequence),
  data,
});
