import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A network that breaks: forwards bytes, and cuts every connection after a number of bytes, in the middle of a message. */
export class CuttingProxy {
  cuts = 0;
  /** How many connections were refused while it was down. */
  refused = 0;
  /** While it is set, no byte comes from the server, and no connection ends. */
  silent = false;
  private isDown = false;
  private readonly forgotten = new WeakSet<Socket>();
  private left = Infinity;
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {}

  static async before(target: string): Promise<CuttingProxy> {
    const { hostname, port } = new URL(target); // of any protocol
    const server = createServer();
    const proxy = new CuttingProxy(server);
    server.on('connection', (client) => {
      if (proxy.isDown) {
        proxy.refused += 1;
        client.destroy();
      } else proxy.pass(client, connect(Number(port), hostname));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Cuts all connections after this many more bytes from the server. */
  cutAfter(bytes: number): void {
    this.left = bytes;
  }

  /** Drops the data of the existing connections without ending them, like a firewall that has forgotten them. */
  forgetConnections(): void {
    for (const socket of this.sockets) this.forgotten.add(socket);
  }

  /** Cuts all connections and takes none until `bringUp`, as if the server had stopped. */
  takeDown(): void {
    this.isDown = true;
    for (const socket of this.sockets) socket.destroy();
    this.sockets.clear();
  }

  bringUp(): void {
    this.isDown = false;
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
  }

  private pass(client: Socket, server: Socket): void {
    for (const socket of [client, server]) {
      this.sockets.add(socket);
      socket.on('error', () => {});
    }
    client.on('close', () => server.destroy()).pipe(server);
    server.on('close', () => client.destroy());
    server.on('data', (chunk) => {
      if (this.silent || this.forgotten.has(server)) return;
      if (chunk.length <= this.left) {
        this.left -= chunk.length;
        client.write(chunk);
        return;
      }
      client.write(chunk.subarray(0, this.left));
      this.left = Infinity;
      this.cuts += 1;
      client.end(() => client.destroy());
      server.destroy();
    });
  }
}
