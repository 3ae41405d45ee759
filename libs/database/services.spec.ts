import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { migrationFolders, services } from './services.js';

const lists = Object.values(migrationFolders);
const onDisk = readdirSync('prisma').filter((folder) => existsSync(`prisma/${folder}/migrations`));

describe('the migrations of services', () => {
  it('are all used, and all there', () => {
    expect([...new Set(lists.flat())].toSorted()).toEqual(onDisk.toSorted());
  });

  it('are files named by the time of their making, which orders them', () => {
    for (const folder of onDisk)
      for (const entry of readdirSync(`prisma/${folder}/migrations`)) expect(entry, folder).toMatch(/^\d{14}_[a-z_]+\.sql$/);
  });

  it('name no schema if several services share them, as each service has the tables in its own schema', () => {
    const shared = onDisk.filter((folder) => lists.filter((list) => list.includes(folder)).length > 1);
    expect(shared).toContain('reservation');
    const naming = new RegExp(`"?\\b(${services.join('|')})"?\\.`);
    for (const folder of shared)
      for (const file of readdirSync(`prisma/${folder}/migrations`))
        expect(readFileSync(`prisma/${folder}/migrations/${file}`, 'utf8').replaceAll(/--.*/g, ''), file).not.toMatch(naming);
  });
});
