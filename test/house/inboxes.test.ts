import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

/** The migrations that make a service a consumer. */
const inboxes = readdirSync('prisma').flatMap((service) => {
  const folder = path.join('prisma', service, 'migrations');
  return readdirSync(folder)
    .filter((name) => /^\d/.test(name))
    .map((name) => ({ service, name, text: readFileSync(path.join(folder, name, 'migration.sql'), 'utf8') }))
    .filter(({ text }) => text.includes('create table inbox ('));
});

// Each service owns its schema, so nothing is shared but the text: this keeps the copies one.
describe('the inboxes of all services', () => {
  it('are made by the same migration, which does nothing else', () => {
    expect(inboxes.map(({ service }) => service)).toContain('projection');
    for (const { service, name, text } of inboxes) {
      expect(name, service).toMatch(/_inbox$/);
      expect(text, service).toBe(inboxes[0]!.text);
    }
  });
});
