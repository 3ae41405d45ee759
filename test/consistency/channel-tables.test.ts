import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { logReaders } from '../../libs/database/services.js';

const wanted = readFileSync('libs/messaging/channel/channel-tables.sql', 'utf8');
const migrations = readdirSync('prisma').flatMap((service) =>
  readdirSync(`prisma/${service}/migrations`).flatMap((name) => (name.endsWith('_channel') ? [{ service, name }] : [])),
);

describe('the tables of a channel', () => {
  it('are the same in every service that has them', () => {
    const found = migrations.map(({ service, name }) => [
      service,
      readFileSync(`prisma/${service}/migrations/${name}/migration.sql`, 'utf8'),
    ]);
    expect(found).toEqual(migrations.map(({ service }) => [service, wanted]));
  });

  it('belong to services that may read the log', () => {
    expect(logReaders).toEqual(expect.arrayContaining(migrations.map(({ service }) => service)));
  });
});
