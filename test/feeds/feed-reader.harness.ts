import { EventSource } from 'eventsource';
import { WebSocket } from 'ws';
import type { CloudEvent } from '../../contracts/event/cloud-event.js';
import type { EventPage } from '../../contracts/event/event-feed.js';
import { eventually } from '../support/api.js';

/** Collects what a door gives, until it has given enough. */
export class Reader {
  readonly events: CloudEvent[] = [];

  take(event: CloudEvent): void {
    this.events.push(event);
  }

  get ids(): string[] {
    return this.events.map(({ id }) => id);
  }

  get last(): string {
    const event = this.events.at(-1);
    if (!event) throw new Error('nothing has been read yet');
    return event.sequence;
  }

  async until(count: number): Promise<void> {
    await eventually(
      async () => this.events.length,
      (length) => length >= count,
    );
  }
}

/** The position in a cursor, which is opaque to readers but not to tests, written as an event's `sequence`. */
export const sequenceIn = (cursor: string): string => cursor.slice(0, 20);

export const get = (base: string, path: string, headers: Record<string, string> = {}) =>
  fetch(new URL(path, base), { headers, redirect: 'manual' });

export async function page(base: string, query: Record<string, string | number>): Promise<EventPage> {
  const search = new URLSearchParams(Object.fromEntries(Object.entries(query).map(([name, value]) => [name, String(value)])));
  const response = await get(base, `/v1/events?${search.toString()}`);
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${response.status} ${text}`);
  return JSON.parse(text) as EventPage;
}

/** Follows a stream as EventSource does, resuming by itself. */
export function stream(base: string, query: string, reader: Reader): EventSource {
  const source = new EventSource(new URL(`/v1/events/stream?${query}`, base));
  source.addEventListener('message', ({ data }) => reader.take(JSON.parse(String(data)) as CloudEvent));
  return source;
}

export interface Socket {
  socket: WebSocket;
  closed: Promise<{ code: number; reason: string }>;
}

/** Opens a socket; rejects with the status of an answer that is no upgrade. */
export async function socket(base: string, query: string, reader: Reader, headers: Record<string, string> = {}): Promise<Socket> {
  const socket = new WebSocket(`${base.replace('http', 'ws')}/v1/events/socket?${query}`, { headers });
  socket.on('message', (data) => reader.take(JSON.parse((data as Buffer).toString('utf8')) as CloudEvent));
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve).once('error', reject);
    socket.once('unexpected-response', (_request, answer) => {
      let body = '';
      answer.on('data', (chunk) => (body += String(chunk)));
      answer.once('end', () => reject(new Error(`${answer.statusCode} ${body}`)));
    });
  });
  return { socket, closed };
}
