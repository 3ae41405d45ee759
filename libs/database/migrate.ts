import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Client } from 'pg';
import { ForeignLayoutError } from './foreign-layout.error.js';

/** Prisma's own advisory lock, so that its CLI and this code never migrate at once. */
const MIGRATION_LOCK = 72_707_369;

/**
 * Applies a service's `migrations/` as `prisma migrate deploy` would, and in its table: each in a transaction, in order of name,
 * once. Prisma's CLI accepts the rows; its engine need not be there (docs/adr/0003-apply-migrations-without-prismas-engine.md).
 *
 * @returns the names of the migrations that were applied now.
 * @throws ForeignLayoutError, having changed nothing, when a migration was applied that there is not, or not as it was applied.
 * @throws when a migration fails (nothing of it stays).
 */
export async function migrate(client: Client, migrationsFolder: string): Promise<string[]> {
  const entries = await readdir(migrationsFolder, { withFileTypes: true });
  const names = entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
  await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
  try {
    await client.query(`create table if not exists _prisma_migrations (
      id varchar(36) primary key, checksum varchar(64) not null, finished_at timestamptz, migration_name varchar(255) not null,
      logs text, rolled_back_at timestamptz, started_at timestamptz not null default now(), applied_steps_count integer not null default 0)`);
    const { rows } = await client.query<{ migration_name: string; checksum: string }>(
      'select migration_name, checksum from _prisma_migrations where finished_at is not null and rolled_back_at is null',
    );
    const migrations = await Promise.all(names.map((name) => readMigration(migrationsFolder, name)));
    const known = new Map(migrations.map(({ name, checksum }) => [name, checksum]));
    // What a newer release has added is left alone, so that a release can be rolled back.
    const newest = names.at(-1) ?? '';
    const foreign = rows.find((row) => row.migration_name <= newest && known.get(row.migration_name) !== row.checksum);
    if (foreign)
      throw new ForeignLayoutError(`${foreign.migration_name} was applied, and is not in ${migrationsFolder} as it was`);

    const applied = new Set(rows.map((row) => row.migration_name));
    const missing = migrations.filter(({ name }) => !applied.has(name));
    for (const migration of missing) await apply(client, migration);
    return missing.map(({ name }) => name);
  } finally {
    await client.query('select pg_advisory_unlock($1)', [MIGRATION_LOCK]);
  }
}

interface Migration {
  name: string;
  sql: string;
  checksum: string;
}

async function readMigration(folder: string, name: string): Promise<Migration> {
  const sql = await readFile(path.join(folder, name, 'migration.sql'), 'utf8');
  return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
}

async function apply(client: Client, { name, sql, checksum }: Migration): Promise<void> {
  await client.query('begin');
  try {
    await client.query(sql);
    await client.query(
      'insert into _prisma_migrations (id, checksum, finished_at, migration_name, applied_steps_count) values ($1, $2, clock_timestamp(), $3, 1)',
      [randomUUID(), checksum, name],
    );
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw new Error(`The migration ${name} failed and was rolled back: ${(error as Error).message}`, { cause: error });
  }
}
