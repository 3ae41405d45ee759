import pg from 'pg';
import { roleOf } from './service-url.js';
import { sql } from './sql.js';

/**
 * Lets the relay take what is in a service's outbox and see how far it has read the log, and lets the service read the log: nothing else is
 * shared between roles. Run as the schema's owner, after its migrations; may be repeated.
 */
export async function grantAccess(owner: pg.Client, service: string, readers: readonly string[]): Promise<void> {
  const schema = pg.escapeIdentifier(service);
  if (service === 'events') {
    for (const reader of readers) {
      const role = pg.escapeIdentifier(roleOf(reader));
      await owner.query(`grant usage on schema ${schema} to ${role}`);
      const readable = ['log', 'log_floor', 'log_gap', 'log_epoch', 'log_head'].map((table) => `${schema}.${table}`);
      await owner.query(`grant select on ${readable.join(', ')} to ${role}`);
    }
    return;
  }
  const relay = pg.escapeIdentifier(roleOf('events'));
  const { rows } = await owner.query<{ name: string }>(
    sql`select tablename as name from pg_tables where schemaname = ${service} and tablename in ('outbox', 'outbox_dead')
     union all select viewname from pg_views where schemaname = ${service} and viewname = 'log_reader'`,
  );
  for (const { name } of rows) {
    await owner.query(`grant usage on schema ${schema} to ${relay}`);
    const rights = { outbox: 'select, delete', log_reader: 'select' }[name] ?? 'select, insert, update, delete';
    await owner.query(`grant ${rights} on ${schema}.${pg.escapeIdentifier(name)} to ${relay}`);
  }
}
