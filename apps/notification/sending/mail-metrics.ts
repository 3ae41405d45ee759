import type { Pool } from 'pg';
import { boundedCount } from '../../../libs/database/bounded-count.js';
import { join, raw, sql } from '../../../libs/database/sql.js';
import { LookupGauges } from '../../../libs/service-kit/lookup-gauges.js';

interface WaitingMails {
  state: string;
  mails: number;
  oldestDue: number;
}

const counts = ['pending', 'sending', 'dead'].map((state) => {
  const literal = raw(`'${state}'`);
  return sql`(${literal}, ${boundedCount(sql`mail where state = ${literal}`)})`;
});

/** Exports the metrics for alerts: late mails and dead mails. */
export function observeMails(database: Pool): void {
  new LookupGauges(async () => {
    const { rows } = await database.query<WaitingMails>(
      sql`select s.state, s.mails, coalesce(greatest(0, extract(epoch from clock_timestamp() - (
                select next_attempt_at from mail where state = 'pending' order by next_attempt_at limit 1))), 0)::float8 as "oldestDue"
       from (values ${join(counts)}) as s(state, mails)`,
    );
    return rows;
  })
    .add('notification_mails', 'Mails that are not sent yet, by state: pending, sending, dead', ['state'], (rows) =>
      rows.map(({ state, mails }) => [{ state }, mails]),
    )
    .add('notification_oldest_due_seconds', 'How long the mail that has waited longest could have been sent', [], (rows) =>
      rows.flatMap(({ state, oldestDue }) => (state === 'pending' ? [[{}, oldestDue] as const] : [])),
    );
}
