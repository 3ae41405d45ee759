import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerDataStream } from 'smtp-server';
import type { Mailbox } from './mailbox.service.js';

const MAX_BYTES = 256 * 1024;
const MAX_RECIPIENTS = 100;

/** A mail server on a free loopback port. It accepts every mail and forwards none. */
export class MailboxServer {
  private readonly server: SMTPServer;

  constructor(mailbox: Pick<Mailbox, 'keep'>, onError: (error: unknown) => void) {
    this.server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['AUTH', 'STARTTLS'],
      disableReverseLookup: true,
      size: MAX_BYTES,
      onRcptTo: (_address, { envelope }, answer) =>
        answer(envelope.rcptTo.length >= MAX_RECIPIENTS ? smtpError(452, 'Too many recipients') : null),
      onData: (stream, { envelope }, answer) => {
        read(stream)
          .then(async (raw) => {
            if (stream.sizeExceeded) return answer(smtpError(552, `A message may have ${MAX_BYTES} bytes`));
            const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
            await mailbox.keep(raw, { from, to: envelope.rcptTo.map(({ address }) => address) });
            return answer();
          })
          .catch((error: unknown) => {
            onError(error);
            answer(smtpError(451, 'The mailbox cannot be written to; try again'));
          });
      },
    });
    this.server.on('error', onError);
  }

  /** @returns the address for `SmtpSender`. */
  async start(): Promise<string> {
    await new Promise<void>((resolve) => {
      this.server.listen(0, '127.0.0.1', resolve);
    });
    return `smtp://127.0.0.1:${(this.server.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.server.close(resolve);
    });
  }
}

/** Keeps at most the allowed size in memory. The rest is read and dropped, because SMTP reports the error only at the end. */
async function read(stream: SMTPServerDataStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= MAX_BYTES) chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const smtpError = (responseCode: number, message: string): Error => Object.assign(new Error(message), { responseCode });
