import pg from 'pg';
import { sql } from './sql.js';

/**
 * Turns the NOTIFY of a service's outbox on or off. Run as the schema's owner, after its migrations; a service without an outbox is left
 * alone. It locks the outbox for a moment, and only where something has to change.
 */
export async function setOutboxHint(owner: pg.Client, service: string, wanted: 'on' | 'off'): Promise<void> {
  const outbox = `${pg.escapeIdentifier(service)}.outbox`;
  const { rows } = await owner.query<{ is: 'on' | 'off' }>(
    sql`select case tgenabled when 'D' then 'off' else 'on' end as is from pg_trigger
     where tgrelid = to_regclass(${outbox}) and tgname = 'outbox_hint'`,
  );
  if (rows[0] && rows[0].is !== wanted)
    await owner.query(`alter table ${outbox} ${wanted === 'on' ? 'enable' : 'disable'} trigger outbox_hint`);
}
