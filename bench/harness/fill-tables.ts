import pg from 'pg';
import { participantNames } from '../../contracts/participant/participants.js';
import { encodeCursor } from '../../libs/service-kit/cursor.js';
import { type GrowingTable, growingTables } from './growing-tables.js';

const LANES = 2;

/** Twenty hooks that want nothing of what happens; the breaker of the first, `growth 00`, is open. */
const endpoints = `
  insert into hooks.endpoint (url, description, state, types, exact_types, services, start_position, breaker_opened, breaker_until, created_at, updated_at)
  select 'http://127.0.0.1:1024/', 'growth ' || lpad(n::text, 2, '0'), 'enabled', array['rail.*'], '{}', array['none'], 0, case when n = 0 then 9 else 0 end,
    case when n = 0 then now() + interval '1 day' end, now(), now()
  from generate_series(0, 19) as n`;

/** Readers of the log and of lists begin behind the filled rows. */
const followers = `
  update hooks.cursor set position = (select max(position) from events.log);
  update notification.channel_cursor set position = (select max(position) from events.log);
  update saga.channel_cursor set position = (select max(position) from events.log);
  update projection.channel_cursor set position = (select max(position) from events.log);
  update notification.inbox_mark set position = (select max(position) from events.log);
  update saga.inbox_mark set position = (select max(position) from events.log);
  update projection.inbox_mark set position = (select max(position) from events.log);
  update projection.projection set snapshot = (select max(position) from events.log)`;
const sweptLists = ['sagas', ...participantNames];

/** Lets the server of a test or a benchmark write as fast as it can. A crash of the server loses everything. */
export async function forgoDurability(database: pg.Pool): Promise<void> {
  for (const setting of [
    `fsync = off`,
    `full_page_writes = off`,
    `max_wal_size = '16GB'`,
    `synchronous_commit = off`,
    `autovacuum = off`,
  ])
    await database.query(`alter system set ${setting}`);
  await database.query('select pg_reload_conf()');
}

/**
 * Fills the growing tables by SQL and updates the planner's statistics. The processes that follow the log must be stopped. They continue
 * behind it when they start again.
 *
 * @param rowsOf how many rows a table gets; none with 0.
 */
export async function fillTables(database: pg.Pool, rowsOf: (table: GrowingTable) => number): Promise<void> {
  await database.query(endpoints);
  const waiting = growingTables.filter((table) => rowsOf(table) > 0);
  const lane = async () => {
    const client = await database.connect();
    try {
      // No foreign keys and no triggers: the log's floor and the ledger's rules are none of ours here.
      await client.query(`set session_replication_role = replica; set maintenance_work_mem = '256MB'`);
      for (let next = waiting.shift(); next; next = waiting.shift()) await fillTable(client, next, rowsOf(next));
      await client.query('reset session_replication_role');
    } finally {
      client.release();
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  await database.query(followers);
  await database.query(
    'insert into saga.sweep_position select *, $2 from unnest($1::text[]) on conflict (list) do update set position = $2',
    [sweptLists, encodeCursor(new Date().toISOString(), '')],
  );
}

/** Rebuilds the indexes after the rows, in half the time of keeping them up to date. Indexes of constraints stay. */
async function fillTable(client: pg.PoolClient, { table, columns }: GrowingTable, rows: number): Promise<void> {
  const [schema, name] = table.split('.').map((part) => pg.escapeIdentifier(part)) as [string, string];
  const { rows: indexes } = await client.query<{ name: string; definition: string }>(
    `select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition from pg_index i
     where i.indrelid = $1::regclass and not exists (select from pg_constraint c where c.conindid = i.indexrelid)`,
    [`${schema}.${name}`],
  );
  for (const index of indexes) await client.query(`drop index ${index.name}`);
  await client.query(
    `insert into ${schema}.${name} (${Object.keys(columns).join(', ')})
     select ${Object.values(columns).join(', ')} from generate_series(${rows}, 1, -1) as n`,
  );
  for (const { definition } of indexes) await client.query(definition);
  await client.query(`analyze ${schema}.${name}`);
}
