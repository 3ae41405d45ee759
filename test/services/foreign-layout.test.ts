import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ForeignLayoutError } from '../../libs/database/foreign-layout.error.js';
import { prepareDatabases } from '../../libs/database/prepare-databases.js';
import { system } from '../support/system.js';

const name = `test_${randomUUID().replaceAll('-', '')}`;
const adminUrl = new URL(system().databaseAdminUrl);
adminUrl.pathname = `/${name}`;
const server = new pg.Client({ connectionString: system().databaseAdminUrl });
const admin = new pg.Client({ connectionString: adminUrl.href });

beforeAll(async () => {
  await server.connect();
  await server.query(`create database ${name}`);
  await admin.connect();
});
afterAll(async () => {
  await admin.end();
  await server.query(`drop database ${name} with (force)`);
  await server.end();
});

const prepare = async (): Promise<string[]> => {
  const lines: string[] = [];
  await prepareDatabases({ adminUrl: adminUrl.href, rolePassword: 'roundtrip', log: (line) => lines.push(line) });
  return lines;
};

describe('a database of another release', () => {
  it('is migrated if only migrations are missing, and is not changed if a newer release has added some', async () => {
    expect(await prepare()).toContainEqual(expect.stringMatching(/^order: applied 20261121000000_init, /));
    await admin.query(
      `insert into "order"._prisma_migrations (id, checksum, finished_at, migration_name) values ('x', 'x', now(), '29990101000000_later')`,
    );
    expect(await prepare()).toContainEqual(expect.stringMatching(/^order: migrations are up to date/));
  });

  it.each([
    ['was applied in other words', `update trip._prisma_migrations set checksum = 'other' where migration_name like '%_init'`],
    [
      'is not there any more',
      `insert into trip._prisma_migrations (id, checksum, finished_at, migration_name) values ('y', 'y', now(), '20261121130000_gone')`,
    ],
  ])('is refused, and not changed, when a migration %s', async (_what, sql) => {
    await prepare();
    await admin.query(sql);
    const before = await admin.query('select * from trip._prisma_migrations order by id');
    await expect(prepare()).rejects.toThrow(ForeignLayoutError);
    expect((await admin.query('select * from trip._prisma_migrations order by id')).rows).toEqual(before.rows);
    await admin.query(`drop schema trip cascade`);
  });
});
