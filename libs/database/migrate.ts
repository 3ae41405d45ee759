import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { ClientBase } from 'pg';
import { ForeignLayoutError } from './foreign-layout.error.js';
import { sql } from './sql.js';

/** Two processes that start at once must not migrate at once. */
const MIGRATION_LOCK = 72_707_369;

/** A file `prisma/<folder>/migrations/<time>_<name>.sql`. */
interface Migration {
  /** `<folder>/<time>_<name>` */
  id: string;
  time: string;
  statements: string;
  checksum: string;
}

/**
 * Applies the migrations of some folders of `prisma/` to the first schema of the connection's search path. Each is applied once, in a
 * transaction, in order of time. Those of one time are applied in the order of the folders. The table `migration` records them.
 *
 * @returns the ids of the migrations that were applied now.
 * @throws ForeignLayoutError, having changed nothing, if the schema has an applied migration that this release lacks or has with another
 *   text. A migration that is newer than all of its folder is left alone. Also if the schema has tables, but no table `migration`.
 * @throws when a migration fails (nothing of it stays).
 */
export async function migrate(client: ClientBase, folders: readonly string[]): Promise<string[]> {
  const migrations = (await Promise.all(folders.map(readFolder))).flat().sort((a, b) => Number(a.time) - Number(b.time));
  await client.query(sql`select pg_advisory_lock(${MIGRATION_LOCK})`);
  try {
    const missing = await findMissing(client, migrations);
    for (const migration of missing) await apply(client, migration);
    return missing.map(({ id }) => id);
  } finally {
    await client.query(sql`select pg_advisory_unlock(${MIGRATION_LOCK})`);
  }
}

/** The schema of a folder's files is that of the connection. So several services can use one folder. */
async function readFolder(folder: string): Promise<Migration[]> {
  const at = path.join('prisma', folder, 'migrations');
  const files = (await readdir(at)).filter((file) => file.endsWith('.sql')).sort();
  return Promise.all(
    files.map(async (file) => {
      const statements = await readFile(path.join(at, file), 'utf8');
      const id = `${folder}/${path.basename(file, '.sql')}`;
      return { id, time: timeOf(id), statements, checksum: createHash('sha256').update(statements).digest('hex') };
    }),
  );
}

async function findMissing(client: ClientBase, migrations: readonly Migration[]): Promise<Migration[]> {
  const { rows: tables } = await client.query<{ name: string }>(
    sql`select tablename as name from pg_tables where schemaname = current_schema() order by 1`,
  );
  const isRecorded = tables.some(({ name }) => name === 'migration');
  if (!isRecorded && tables.length > 0)
    throw new ForeignLayoutError(`no migration of this release made the table ${tables[0]!.name}`);
  if (!isRecorded) {
    await client.query(`create table migration (
      id text primary key, checksum text not null, applied_at timestamptz(6) not null default clock_timestamp())`);
  }
  const { rows: applied } = await client.query<{ id: string; checksum: string }>(sql`select id, checksum from migration`);
  const checksums = new Map(migrations.map(({ id, checksum }) => [id, checksum]));
  // A newer release's migrations are left alone, so that a release can be rolled back. A shared folder that it has added may have old times.
  const newest = new Map(migrations.map(({ id, time }) => [folderOf(id), time])); // in order of time
  const isNewer = (id: string): boolean => timeOf(id) > (newest.get(folderOf(id)) ?? '');
  const foreign = applied.find(({ id, checksum }) => !isNewer(id) && checksums.get(id) !== checksum);
  if (foreign)
    throw new ForeignLayoutError(`this release does not have the applied migration ${foreign.id}, or has another text of it`);
  const done = new Set(applied.map(({ id }) => id));
  return migrations.filter(({ id }) => !done.has(id));
}

async function apply(client: ClientBase, { id, statements, checksum }: Migration): Promise<void> {
  await client.query('begin');
  try {
    await client.query(statements);
    await client.query(sql`insert into migration (id, checksum) values (${id}, ${checksum})`);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw new Error(`The migration ${id} failed and was rolled back: ${(error as Error).message}`, { cause: error });
  }
}

const folderOf = (id: string): string => id.split('/')[0]!;

const timeOf = (id: string): string => id.slice(id.indexOf('/') + 1).split('_')[0]!;
