import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CloudEvent } from '../../contracts/event/cloud-event.js';

export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  /** The bytes, as text: signatures are over them. */
  body: string;
  event: CloudEvent;
  at: number;
}

export type Answer = (response: ServerResponse, request: Received, message: IncomingMessage) => void;

export const ok: Answer = (response) => void response.writeHead(204).end();
export const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (response) =>
    void response.writeHead(code, headers).end(`answered ${code}`);

/** A receiver on loopback that records requests, counts connections, and answers as the test says. */
export class Receiver {
  readonly received: Received[] = [];
  connections = 0;
  answer: Answer = ok;
  private constructor(private readonly server: Server) {}

  static async start(answer: Answer = ok): Promise<Receiver> {
    const server = createServer();
    const receiver = new Receiver(server);
    receiver.answer = answer;
    server.on('connection', () => (receiver.connections += 1));
    server.on('request', (message: IncomingMessage, response) => {
      const chunks: Buffer[] = [];
      message.on('error', () => {});
      message.on('data', (chunk: Buffer) => chunks.push(chunk));
      message.on('end', () => {
        const body = Buffer.concat(chunks).toString('utf8');
        const { url = '', headers } = message;
        const request = { path: url, headers, body, event: JSON.parse(body) as CloudEvent, at: performance.now() };
        receiver.received.push(request);
        receiver.answer(response, request, message);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/hook`;
  }

  /** The ids of what was received, in order. */
  get ids(): string[] {
    return this.received.map(({ headers }) => String(headers['webhook-id']));
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
