import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface SystemClaims {
  port: number;
  close(): void;
}

/**
 * Assigns the systems of a run to the processes of its test files, each to one at a time. A claim lasts as long as its connection, so a
 * process that dies frees its system. Vitest's worker ids cannot serve, because they are reused between groups of projects, and two files
 * then have the same id.
 */
export async function serveClaims(count: number): Promise<SystemClaims> {
  const free = Array.from({ length: count }, (_, place) => place);
  const waiting: Socket[] = [];
  const places = new Map<Socket, number>();
  const handOut = () => {
    while (free.length > 0 && waiting.length > 0) {
      const [place, socket] = [free.shift()!, waiting.shift()!];
      places.set(socket, place);
      socket.write(String(place));
    }
  };
  const server = createServer((socket) => {
    waiting.push(socket);
    socket.on('error', () => {}); // it closes, too
    socket.on('close', () => {
      const place = places.get(socket);
      places.delete(socket);
      if (place === undefined) waiting.splice(waiting.indexOf(socket), 1);
      else free.push(place);
      handOut();
    });
    handOut();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close();
      for (const socket of [...places.keys(), ...waiting]) socket.destroy();
    },
  };
}

/** The place of a system that nobody else has while this process lives; waits until there is one. */
export async function claimPlace(port: number): Promise<{ place: number; giveBack: () => void }> {
  const socket = connect(port, '127.0.0.1');
  const [said] = (await once(socket, 'data')) as [Buffer];
  socket.unref();
  return { place: Number(said.toString()), giveBack: () => void socket.destroy() };
}
