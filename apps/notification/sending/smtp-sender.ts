import { createTransport } from 'nodemailer';
import type { RenderedMail } from '../mails/render-mail.js';

const CONNECT_TIMEOUT_MS = 5_000;
const IDLE_TIMEOUT_MS = 10_000;
/** How many mails are sent at once. */
export const CONNECTIONS = 4;

export interface MailAddress {
  name?: string;
  address: string;
}

export interface OutgoingMail extends RenderedMail {
  to: MailAddress;
  /** Without angle brackets and the part behind the `@`: the same at every attempt. */
  messageId: string;
}

/** Sends mails to a mail server. */
export class SmtpSender {
  private readonly transport;
  private readonly domain: string;

  /**
   * @param url `smtp://user:password@host:587` or `smtps://…`
   * @param from `Roundtrip <no-reply@example.com>`; its domain is the one of the Message-IDs.
   */
  constructor(
    url: string,
    private readonly from: string,
  ) {
    const { hostname, port, protocol, username, password } = new URL(url);
    const secure = protocol === 'smtps:';
    this.domain = /@([^>\s]+)/.exec(from)?.[1] ?? 'localhost';
    this.transport = createTransport({
      pool: true,
      maxConnections: CONNECTIONS,
      // The library would resend a mail by itself when the connection ends. The queue retries instead, and counts the attempts.
      maxRequeues: 0,
      host: hostname.replace(/^\[(.*)\]$/, '$1'),
      port: Number(port || (secure ? 465 : 25)),
      secure,
      ...(username ? { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } } : {}),
      connectionTimeout: CONNECT_TIMEOUT_MS,
      greetingTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: IDLE_TIMEOUT_MS,
      // The content of a mail must not read files or URLs.
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }

  /**
   * Resolves when the mail server has accepted the mail. Sends it at most once, and never after the signal.
   * @throws UndeliverableMailError if it never will; any other error if a retry may succeed.
   */
  async send({ to, messageId, subject, text, html }: OutgoingMail, signal?: AbortSignal): Promise<void> {
    try {
      await this.transport.sendMail({
        from: this.from,
        to: { name: to.name ?? '', address: to.address },
        messageId: `<${messageId}@${this.domain}>`,
        subject,
        text,
        html,
        headers: { 'Auto-Submitted': 'auto-generated' },
        ...(signal && { signal }),
      });
    } catch (error) {
      const { code, responseCode, message } = error as { code?: string; responseCode?: number; message: string };
      // A 5xx about the address or the content is final. An operator can repair a 5xx about the login or the connection, so that
      // is retried.
      const final = code === 'EENVELOPE' || code === 'EMESSAGE';
      if (final && (responseCode === undefined || responseCode >= 500))
        throw new UndeliverableMailError(message, { cause: error });
      throw error;
    }
  }

  close(): void {
    this.transport.close();
  }
}

/** The mail server has refused the address or the content of a mail permanently. */
export class UndeliverableMailError extends Error {}
