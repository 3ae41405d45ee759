import type pg from 'pg';

/** The size of a service's tables with their indexes, in bytes, by `schema.table`. */
export type TableSizes = ReadonlyMap<string, number>;

export async function tableSizes(database: pg.Pool): Promise<TableSizes> {
  const { rows } = await database.query<{ name: string; bytes: string }>(
    `select n.nspname || '.' || c.relname as name, pg_total_relation_size(c.oid) as bytes
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema', 'public') and c.relname <> 'migration'
     order by n.nspname, c.relname`,
  );
  return new Map(rows.map(({ name, bytes }) => [name, Number(bytes)]));
}
