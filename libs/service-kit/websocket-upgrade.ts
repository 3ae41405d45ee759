import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Problem } from '../../contracts/values/problem.js';
import { leaveToOwner } from './end-connections.js';
import { toOriginForm } from './origin-form.js';
import { ProblemException } from './problem.exception.js';

/** A request for a WebSocket, and what its handshake is answered on. */
export interface WebSocketUpgrade {
  request: IncomingMessage;
  socket: Socket;
  /** The bytes after the request that have already arrived. */
  head: Buffer;
}

/**
 * Passes the WebSocket handshakes of a path to a handler. A `ProblemException` of the handler is answered as a problem. Every other
 * request with an upgrade is served without it. Otherwise Node would pass them all to the one listener, and HTTP clients that offer h2c
 * (such as Java's) could not use the API.
 */
export function onWebSocketUpgrade(server: Server, path: string, handle: (upgrade: WebSocketUpgrade) => Promise<void>): void {
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    toOriginForm(request);
    if (!isHandshake(request, path)) return serveWithout(server, request, socket, head);
    leaveToOwner(socket);
    socket.on('error', () => socket.destroy());
    handle({ request, socket, head }).catch((error: unknown) => refuseUpgrade(request, socket, error));
  });
}

/** Answers a handshake with its problem. An internal error becomes a plain 500. */
export function refuseUpgrade(request: IncomingMessage, socket: Socket, error: unknown): void {
  if (!socket.writable) return void socket.destroy();
  const exception =
    error instanceof ProblemException ? error : new ProblemException(500, 'INTERNAL_ERROR', 'The request failed on our side.');
  const problem: Problem = { ...exception.problem, ...(request.url === undefined ? {} : { instance: request.url }) };
  const body = JSON.stringify(problem);
  const headers = {
    ...exception.headers,
    'Content-Type': 'application/problem+json; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(body)),
    Connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.end(`HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
}

function isHandshake({ method, url = '', headers }: IncomingMessage, path: string): boolean {
  return method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket' && url.split('?', 1)[0] === path;
}

/** Lets the server read the request once more, without its offer. */
function serveWithout(server: Server, request: IncomingMessage, socket: Socket, head: Buffer): void {
  const { method = 'GET', url = '/', httpVersion, rawHeaders } = request;
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    if (!/^(?:upgrade|connection|http2-settings)$/i.test(name)) lines.push(`${name}: ${rawHeaders[index + 1] ?? ''}`);
  }
  if (/\bclose\b/i.test(request.headers.connection ?? '')) lines.push('Connection: close');
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]));
  server.emit('connection', socket);
}
