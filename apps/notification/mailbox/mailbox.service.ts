import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { Pool } from 'pg';
import PostalMime, { type Address } from 'postal-mime';
import type { Page } from '../../../contracts/values/page.js';
import { ifGiven, sql } from '../../../libs/database/sql.js';
import { decodeCursor, encodeCursor } from '../../../libs/service-kit/cursor.js';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';

/** The mailbox keeps the newest messages only. */
const MAX_MESSAGES = 1_000;
const TRIM_BATCH = 1_000;

/** A message as the list shows it. */
export interface MailboxEntry {
  id: string;
  messageId: string;
  from: string;
  to: string[];
  subject: string;
  receivedAt: string;
  /** How often it was delivered. The same Message-ID is the same message. */
  copies: number;
}

export interface MailboxMessage extends MailboxEntry {
  text: string;
  html: string;
  headers: { name: string; value: string }[];
}

export interface MailboxFilter {
  limit: number;
  after?: string | undefined;
  /** Only messages to this address. */
  to?: string | undefined;
}

type Row = Omit<MailboxEntry, 'receivedAt'> & { receivedAt: Date; cursor: string };

// The cursor is text, because a JavaScript date has no microseconds.
const columns = sql`id, message_id as "messageId", sender as "from", recipients as "to", subject, received_at as "receivedAt", copies,
  to_char(received_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as cursor`;

const addressesOf = (address: Address): string[] =>
  address.group ? address.group.flatMap(addressesOf) : address.address ? [address.address] : [];

/** The messages of the local mail server. For development, so that mails can be read without a real mail server. */
@Injectable()
export class Mailbox {
  constructor(private readonly database: Pool) {}

  /** Stores a message, once for each Message-ID, as mailboxes do. */
  async keep(raw: Buffer, envelope: { from: string; to: readonly string[] }): Promise<void> {
    const { messageId, subject, from } = await PostalMime.parse(raw);
    const id = (messageId ?? `<none-${randomUUID()}>`).slice(0, 500);
    const sender = (from && addressesOf(from)[0]) ?? envelope.from;
    await this.database.query(
      sql`insert into mailbox_message (message_id, sender, recipients, subject, raw)
       values (${id}, ${sender}, ${envelope.to}, ${withoutNul(subject ?? '').slice(0, 500)}, ${raw})
       on conflict (message_id) do update set copies = mailbox_message.copies + 1`,
    );
    await this.trim();
  }

  private async trim(): Promise<void> {
    await this.database.query(
      sql`delete from mailbox_message where message_id = any(array(
       select message_id from mailbox_message order by received_at desc, id desc offset ${MAX_MESSAGES} limit ${TRIM_BATCH}))`,
    );
  }

  /** The newest first. */
  async list({ limit, after, to }: MailboxFilter): Promise<Page<MailboxEntry>> {
    const [before, beforeId] = after === undefined ? [] : decodeCursor(after, ['instant', 'uuid']);
    const { rows } = await this.database.query<Row>(
      sql`select ${columns} from mailbox_message
       where ${ifGiven(before, sql`(received_at, id) < (${before}::timestamptz, ${beforeId}::uuid)`)}
         and ${ifGiven(to, sql`${to} = any(recipients)`)}
       order by received_at desc, id desc limit ${limit + 1}`,
    );
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return { items: page.map(entryOf), next: rows.length > limit && last ? encodeCursor(last.cursor, last.id) : null };
  }

  /** @throws ProblemException 404 `MESSAGE_NOT_FOUND`. */
  async message(id: string): Promise<MailboxMessage> {
    const { rows } = await this.database.query<Row & { raw: Buffer }>(
      sql`select ${columns}, raw from mailbox_message where id = ${id}`,
    );
    const [row] = rows;
    if (!row)
      throw new ProblemException(404, 'MESSAGE_NOT_FOUND', `The mailbox has no message ${id}; GET /mailbox/messages lists them.`);
    const { raw, ...entry } = row;
    const { text = '', html = '', headers } = await PostalMime.parse(raw);
    return { ...entryOf(entry), text, html, headers: headers.map(({ key, value }) => ({ name: key, value })) };
  }

  async empty(): Promise<void> {
    await this.database.query(sql`delete from mailbox_message`);
  }
}

const entryOf = ({ cursor: _cursor, receivedAt, ...row }: Row): MailboxEntry => ({
  ...row,
  receivedAt: receivedAt.toISOString(),
});

/** PostgreSQL text cannot contain NUL. */
const withoutNul = (text: string): string => text.replaceAll('\0', '');
