import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Connections that no longer speak HTTP. The code that has taken one over ends it. */
const upgraded = new WeakSet<Socket>();

export const leaveToOwner = (socket: Socket): void => void upgraded.add(socket);

/**
 * Closes the connections of a closed server as soon as their answers are sent. Node closes only the connections that are idle at that
 * moment. A connection that becomes idle later, or that has had no request yet, would delay the end by more than a minute.
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
