import type { AddressInfo, Socket } from 'node:net';
import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';

export interface TakenMail {
  messageId: string;
  from: string;
  to: string[];
  subject: string;
  text: string;
}

/** The server's answer to a mail; undefined accepts it. */
export type Verdict = (mail: TakenMail) => Error | undefined | Promise<Error | undefined>;

export const refusal = (responseCode: number, message: string): Error => Object.assign(new Error(message), { responseCode });

/** A mail server on loopback that records every mail, accepted or not, and answers as the test says. */
export class MailServer {
  /** Every mail that was sent, whatever the answer. */
  readonly read: TakenMail[] = [];
  verdict: Verdict = () => undefined;
  /** Its answer to a recipient. */
  recipient: (address: string) => Error | null = () => null;
  /** When it greets a client. */
  greeting: () => Promise<void> = () => Promise.resolve();
  private readonly sockets = new Set<Socket>();
  private constructor(private readonly server: SMTPServer) {
    server.server.on('connection', (socket: Socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
  }

  static async start(): Promise<MailServer> {
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['AUTH', 'STARTTLS'],
      disableReverseLookup: true,
      onConnect: (_session, answer) => void own.greeting().then(() => answer()),
      onRcptTo: ({ address }, _session, answer) => answer(own.recipient(address)),
      onData: (stream, { envelope }, answer) => {
        void own
          .take(
            stream,
            envelope.rcptTo.map(({ address }) => address),
          )
          .then(
            (refused) => answer(refused),
            () => {}, // the client was killed
          );
      },
    });
    server.on('error', () => {}); // of a client that was killed
    const own = new MailServer(server);
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    return own;
  }

  get url(): string {
    return `smtp://127.0.0.1:${(this.server.server.address() as AddressInfo).port}`;
  }

  /** Closes all connections without an answer. */
  disconnectAll(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  private async take(stream: AsyncIterable<Buffer>, to: string[]): Promise<Error | undefined> {
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    const { messageId = '', from, subject = '', text = '' } = await PostalMime.parse(Buffer.concat(chunks));
    const mail = { messageId, from: from?.address ?? '', to, subject, text };
    this.read.push(mail);
    return this.verdict(mail);
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.server.close(resolve);
    });
  }
}
