import { createSocket, type Socket } from 'node:dgram';

const TYPE_A = 1;
const NO_SUCH_NAME = 3;

/** A name server on loopback that knows some names, is silent about others, and says of the rest that there are none. */
export class NameServer {
  readonly asked: string[] = [];
  private constructor(private readonly socket: Socket) {}

  /** @param meaning IPv4 addresses, `silence` for no answer, undefined for a name that there is not. */
  static async start(meaning: (name: string) => string[] | 'silence' | undefined): Promise<NameServer> {
    const socket = createSocket('udp4');
    const server = new NameServer(socket);
    socket.on('message', (query, from) => {
      const labels: string[] = [];
      let at = 12;
      for (; query[at] !== 0; at += query[at]! + 1) labels.push(query.toString('latin1', at + 1, at + 1 + query[at]!));
      const type = query.readUInt16BE(at + 1);
      const question = query.subarray(12, at + 5);
      const name = labels.join('.');
      server.asked.push(name);
      const known = meaning(name);
      if (known === 'silence') return;
      const addresses = type === TYPE_A ? (known ?? []) : [];
      const header = Buffer.alloc(12);
      query.copy(header, 0, 0, 2);
      header.writeUInt16BE(0x81_80 + (known ? 0 : NO_SUCH_NAME), 2);
      header.writeUInt16BE(1, 4);
      header.writeUInt16BE(addresses.length, 6);
      const answers = addresses.map((address) =>
        Buffer.from([0xc0, 12, 0, TYPE_A, 0, 1, 0, 0, 0, 1, 0, 4, ...address.split('.').map(Number)]),
      );
      socket.send(Buffer.concat([header, question, ...answers]), from.port, from.address);
    });
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    return server;
  }

  get address(): string {
    return `127.0.0.1:${this.socket.address().port}`;
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.socket.close(resolve));
  }
}
