import { Injectable } from '@nestjs/common';
import { Pool } from 'pg';
import type { MailState, QueuedMail } from '../../../contracts/notification/mail.resource.js';
import type { Page } from '../../../contracts/values/page.js';
import { ifGiven, sql } from '../../../libs/database/sql.js';
import { decodeCursor, encodeCursor } from '../../../libs/service-kit/cursor.js';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';

export interface MailFilter {
  limit: number;
  after?: string | undefined;
  state?: MailState | undefined;
}

type Row = Omit<QueuedMail, 'nextAttemptAt' | 'createdAt' | 'finishedAt'> & {
  position: string;
  nextAttemptAt: Date;
  createdAt: Date;
  finishedAt: Date | null;
};

const columns = sql`mail_id as "mailId", type, subject, recipient, customer_id as "customerId", state, attempts, next_attempt_at as "nextAttemptAt",
  last_error as "lastError", created_at as "createdAt", finished_at as "finishedAt", position`;

/** The queue of mails, for operators. */
@Injectable()
export class MailsService {
  constructor(private readonly database: Pool) {}

  /** In the order of their events. */
  async list({ limit, after, state }: MailFilter): Promise<Page<QueuedMail>> {
    const [position = 0] = after === undefined ? [] : decodeCursor(after, ['number']);
    const { rows } = await this.database.query<Row>(
      sql`select ${columns} from mail where position > ${position} and ${ifGiven(state, sql`state = ${state}`)}
       order by position limit ${limit + 1}`,
    );
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return { items: page.map(mailOf), next: rows.length > limit && last ? encodeCursor(Number(last.position)) : null };
  }

  /**
   * Gives a dead mail all its attempts again.
   * @throws ProblemException 404 `MAIL_NOT_FOUND`, 409 `MAIL_NOT_DEAD`.
   */
  async retry(mailId: string): Promise<QueuedMail> {
    const { rows } = await this.database.query<Row>(
      sql`update mail set state = 'pending', attempts = 0, next_attempt_at = clock_timestamp(), finished_at = null
       where mail_id = ${mailId} and state = 'dead' returning ${columns}`,
    );
    if (rows[0]) return mailOf(rows[0]);
    const { rows: found } = await this.database.query<{ state: MailState }>(
      sql`select state from mail where mail_id = ${mailId}`,
    );
    if (!found[0]) throw new ProblemException(404, 'MAIL_NOT_FOUND', `There is no mail ${mailId}; GET /mails lists them.`);
    throw new ProblemException(409, 'MAIL_NOT_DEAD', `The mail ${mailId} is ${found[0].state}: only a dead mail can be retried.`);
  }
}

const mailOf = ({ position: _position, nextAttemptAt, createdAt, finishedAt, ...mail }: Row): QueuedMail => ({
  ...mail,
  nextAttemptAt: mail.state === 'pending' ? nextAttemptAt.toISOString() : null,
  createdAt: createdAt.toISOString(),
  finishedAt: finishedAt?.toISOString() ?? null,
});
