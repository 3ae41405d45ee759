import type { Pool } from 'pg';
import { Gauge } from 'prom-client';

interface Depth {
  state: string;
  mails: number;
  oldestDue: number | null;
}

/** What a person wants to be woken by: mails that are late, and mails that are dead. Counted when they are asked for. */
export function observeMails(database: Pool): void {
  const waiting: Gauge = new Gauge({
    name: 'notification_mails',
    help: 'Mails that are not sent yet, by state: pending, sending, dead',
    labelNames: ['state'],
    collect: async () => {
      const { rows } = await database.query<Depth>(
        `select state, count(*)::int as mails, extract(epoch from clock_timestamp() - min(next_attempt_at))::float as "oldestDue"
         from mail where state in ('pending', 'sending', 'dead') group by state`,
      );
      waiting.reset();
      for (const state of ['pending', 'sending', 'dead']) waiting.set({ state }, 0);
      for (const { state, mails } of rows) waiting.set({ state }, mails);
      oldest.set(Math.max(0, rows.find(({ state }) => state === 'pending')?.oldestDue ?? 0));
    },
  });
  const oldest = new Gauge({
    name: 'notification_oldest_due_seconds',
    help: 'How long the mail that has waited longest could have been sent',
  });
}
