import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ForeignLayoutError } from '../../libs/database/foreign-layout.error.js';
import { prepareDatabases } from '../../libs/database/prepare-databases.js';
import { createDatabase, type TestDatabase } from '../support/database.harness.js';

let database: TestDatabase;
let admin: pg.Client;

beforeAll(async () => {
  database = await createDatabase();
  admin = new pg.Client({ connectionString: database.url });
  await admin.connect();
});
afterAll(async () => {
  await admin.end();
  await database.drop();
});

const prepare = async (): Promise<string[]> => {
  const lines: string[] = [];
  await prepareDatabases({ adminUrl: database.url, rolePassword: 'roundtrip', log: (line) => lines.push(line) });
  return lines;
};

describe('a database of another release', () => {
  it('is migrated if only migrations are missing, and is not changed if a newer release has added some', async () => {
    expect(await prepare()).toContainEqual(
      expect.stringMatching(/^order: applied outbox\/\d+_init, .*order\/\d+_init, seeded 12 rows$/),
    );
    // A later release adds migrations to a folder, or a shared folder, which may be as old as this release.
    await admin.query(`insert into "order".migration (id, checksum)
      values ('outbox/29990101000000_later', 'x'), ('inbox/20261127000000_init', 'x')`);
    expect(await prepare()).toContainEqual('order: migrations are up to date');
    await admin.query(`delete from "order".migration where id like 'operation/%'; drop table "order".operation`);
    expect(await prepare()).toContainEqual(expect.stringMatching(/^order: applied operation\/\d+_init$/));
  });

  it.each([
    ['a migration was applied with another text', `update trip.migration set checksum = 'other' where id like 'trip/%_init'`],
    ['an applied migration does not exist', `insert into trip.migration (id, checksum) values ('trip/20261121130000_gone', 'x')`],
    ['its tables were made by other means', `alter table trip.migration rename to _prisma_migrations`],
  ])('is refused, and not changed, when %s', async (_what, sql) => {
    await prepare();
    await admin.query(sql);
    const before = await tablesOfTrip();
    await expect(prepare()).rejects.toThrow(ForeignLayoutError);
    expect(await tablesOfTrip()).toEqual(before);
    await admin.query(`drop schema trip cascade`);
  });
});

/** Every table with its rows. */
async function tablesOfTrip(): Promise<unknown[]> {
  const { rows } = await admin.query<Record<string, unknown>>(`select tablename,
    query_to_xml(format('select * from trip.%I', tablename), false, false, '')::text as rows from pg_tables where schemaname = 'trip' order by 1`);
  return rows;
}
