import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

/** The services that have an outbox, by what their migrations say. */
const withOutbox = readdirSync('prisma').flatMap((service) => {
  const folder = path.join('prisma', service, 'migrations');
  const migrations = readdirSync(folder).filter((name) => /^\d/.test(name));
  const sql = migrations.map((name) => ({ name, text: readFileSync(path.join(folder, name, 'migration.sql'), 'utf8') }));
  return sql.some(({ text }) => text.includes('create table outbox (')) ? [{ service, sql }] : [];
});

/** A table as the migrations create it, without regard to white space. */
const tableOf = (sql: { text: string }[], table: string) =>
  sql.map(({ text }) => new RegExp(`create table ${table} \\(.*?\\n\\);`, 's').exec(text)?.[0]).find(Boolean);

// Each service owns its schema, so nothing is shared but the text: this keeps the copies one.
describe('the outboxes of all services', () => {
  it('are the same table, with the same dead rows and the same hint', () => {
    expect(withOutbox.length).toBeGreaterThan(5);
    const [first] = withOutbox;
    for (const { service, sql } of withOutbox) {
      expect(tableOf(sql, 'outbox'), service).toBe(tableOf(first!.sql, 'outbox'));
      const dead = sql.filter(({ name }) => name.endsWith('_outbox_dead'));
      expect(dead, `prisma/${service}/migrations/<time>_outbox_dead`).toHaveLength(1);
      expect(dead[0]!.text, service).toBe(first!.sql.find(({ name }) => name.endsWith('_outbox_dead'))!.text);
    }
  });
});
