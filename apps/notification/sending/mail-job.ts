import type { Pool, PoolClient } from 'pg';
import type { MailState } from '../../../contracts/notification/mail.resource.js';
import { sql } from '../../../libs/database/sql.js';
import type { LoggedEvent } from '../../../libs/messaging/event/logged-event.js';
import type { Recipient } from '../mails/render-mail.js';

/** A mail that this process alone may send, until its lease ends. */
export interface MailJob {
  mailId: string;
  type: string;
  typeVersion: number;
  data: string;
  customerId: string | null;
  /** The number of this attempt, from 1. */
  attempt: number;
  leaseToken: string;
}

/** The result of an attempt. A failure without a next attempt is final. */
export type AttemptResult =
  | { state: 'sent' }
  | { state: 'unaddressed'; error: string }
  | { state: 'failed'; error: string; nextAttemptAt: Date | undefined };

/** Longer than an attempt can take. After that, another process takes over the mails of a killed process. */
export const LEASE_MS = 30_000;

/** Queues the mail about an event. In one transaction with the row of the inbox, so it is queued once. */
export async function queueMail(
  tx: Pick<PoolClient, 'query'>,
  event: LoggedEvent,
  recipient: Recipient,
  now: Date,
): Promise<void> {
  await tx.query(
    sql`insert into mail
       (mail_id, type, type_version, subject, data, recipient, customer_id, position, state, next_attempt_at, created_at)
     values (${event.eventId}, ${event.type}, ${event.typeVersion}, ${event.subject}, ${event.data}, ${recipient.to},
       ${recipient.to === 'customer' ? recipient.customerId : null}, ${event.position}, 'pending', ${now}, ${now})
     on conflict (mail_id) do nothing`,
  );
}

/** Claims one mail, if there is one: first a mail with an expired lease, then a due mail, in the order of their events. */
export async function claimMail(database: Pool, now: Date): Promise<MailJob | undefined> {
  const { rows } = await database.query<MailJob>(
    sql`with lost as (
       select mail_id from mail where state = 'sending' and leased_until <= ${now}
         order by leased_until limit 1 for update skip locked
     ), waiting as (
       select mail_id from mail where state = 'pending' and next_attempt_at <= ${now}
       order by next_attempt_at, position limit 1 for update skip locked
     ), due as (select mail_id from lost union all select mail_id from waiting limit 1)
     update mail m set state = 'sending', attempts = attempts + 1, lease_token = gen_random_uuid(),
       leased_until = ${new Date(now.getTime() + LEASE_MS)}
     from due where m.mail_id = due.mail_id
     returning m.mail_id as "mailId", m.type, m.type_version as "typeVersion", m.data, m.customer_id as "customerId",
       m.attempts as attempt, m.lease_token as "leaseToken"`,
  );
  return rows[0];
}

/** Records the result of an attempt. It is ignored once the lease has passed to another process. */
export async function settleMail(
  database: Pool,
  { mailId, leaseToken }: MailJob,
  result: AttemptResult,
  now: Date,
): Promise<void> {
  const retryAt = result.state === 'failed' ? result.nextAttemptAt : undefined;
  const state: MailState = result.state === 'failed' ? (retryAt ? 'pending' : 'dead') : result.state;
  await database.query(
    sql`update mail set state = ${state}, lease_token = null, leased_until = null,
       last_error = ${'error' in result ? result.error : null}, next_attempt_at = coalesce(${retryAt ?? null}, next_attempt_at),
       finished_at = ${retryAt ? null : now}
     where mail_id = ${mailId} and lease_token = ${leaseToken}`,
  );
}
