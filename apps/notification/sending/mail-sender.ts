import type { Pool } from 'pg';
import { sql } from '../../../libs/database/sql.js';
import { mailOf } from '../mails/mail-catalogue.js';
import { renderMail } from '../mails/render-mail.js';
import type { Clock } from '../../../libs/service-kit/clock.js';
import type { AddressBook } from './address-book.js';
import { type AttemptResult, claimMail, type MailJob, settleMail } from './mail-job.js';
import { retryDelay } from './retry-schedule.js';
import { type SmtpSender, UndeliverableMailError } from './smtp-sender.js';

/** Together with the request for the address well below a lease. */
const DELIVERY_TIMEOUT_MS = 20_000;
const PURGE_BATCH = 2_000;

export interface MailSenderOptions {
  database: Pool;
  addresses: AddressBook;
  smtp: Pick<SmtpSender, 'send'>;
  /** Injected, so that tests run a schedule of hours in milliseconds. */
  clock: Clock;
  /** How long sent mails are kept for operators, in ms. */
  retentionMs: number;
  onError: (error: unknown) => void;
  /** The timeout of the mail server for one mail, in milliseconds; well below a lease. */
  deliveryTimeoutMs?: number;
}

/**
 * Sends due mails, each at least once. A mail is sent twice only if a process dies after the answer of the mail server, before it
 * records the result. Both copies have the same Message-ID, which follows from the event, so mailboxes show one. Any number of
 * processes may send.
 */
export class MailSender {
  constructor(private readonly options: MailSenderOptions) {}

  /** Sends one mail that is due. Call it from several loops at once, so that a slow mail delays no other. @returns how many were tried: 1 or 0. */
  async send(): Promise<number> {
    const { database, clock } = this.options;
    const job = await claimMail(database, clock.now());
    if (job) await this.attempt(job);
    return job ? 1 : 0;
  }

  /** Deletes a batch of old finished mails. Dead mails stay until an operator has decided. @returns whether there may be more. */
  async sweep(): Promise<boolean> {
    const { database, clock, retentionMs } = this.options;
    const { rowCount } = await database.query(
      sql`delete from mail where mail_id = any(array(
       select mail_id from mail
       where state in ('sent', 'unaddressed') and finished_at < ${new Date(clock.now().getTime() - retentionMs)}
       order by finished_at limit ${PURGE_BATCH}))`,
    );
    return rowCount === PURGE_BATCH;
  }

  private async attempt(job: MailJob): Promise<void> {
    const { database, clock, onError } = this.options;
    const result = await this.deliver(job);
    if (result.state === 'failed') onError(new Error(`Mail ${job.mailId} (${job.type}): ${result.error}`));
    // If this cannot be recorded, the lease expires and the mail is sent again with the same Message-ID.
    await settleMail(database, job, result, clock.now()).catch(onError);
  }

  private async deliver(job: MailJob): Promise<AttemptResult> {
    const { addresses, smtp, clock } = this.options;
    try {
      const to = await addresses.addressOf(job.customerId);
      if (!to) return { state: 'unaddressed', error: `There is no customer ${job.customerId}.` };
      const late = AbortSignal.timeout(this.options.deliveryTimeoutMs ?? DELIVERY_TIMEOUT_MS);
      await smtp.send({ ...renderMail(mailOf(job), to.name), to, messageId: job.mailId }, late);
      return { state: 'sent' };
    } catch (error) {
      const delay = error instanceof UndeliverableMailError ? undefined : retryDelay(job.attempt, clock.random());
      const nextAttemptAt = delay === undefined ? undefined : new Date(clock.now().getTime() + delay);
      return { state: 'failed', error: (error as Error).message.slice(0, 2_000), nextAttemptAt };
    }
  }
}
