import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Connections that no longer speak HTTP. The code that has taken one over ends it. */
const upgraded = new WeakSet<Socket>();

export const leaveToOwner = (socket: Socket): void => void upgraded.add(socket);

/**
 * Makes a server that is closed let go of its connections as soon as their answers are out. Node by itself closes those that are idle at that
 * moment; one that becomes idle later (a stream that was just ended), or over which nothing has been asked yet (browsers and clients open
 * some in advance), would hold the end up for more than a minute.
 */
export function endConnectionsOnClose(server: Server): void {
  const open = new Set<Socket>();
  const busy = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    busy.add(socket);
    response.once('close', () => {
      busy.delete(socket);
      if (!server.listening) socket.destroySoon();
    });
  });

  const close = server.close.bind(server);
  server.close = (callback) => {
    close(callback);
    for (const socket of open) if (!busy.has(socket) && !upgraded.has(socket)) socket.destroySoon();
    return server;
  };
}
