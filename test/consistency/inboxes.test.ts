import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConsumingServices } from '../../apps/gateway/operator/consuming-services.service.js';
import { ReadModels } from '../../apps/gateway/upstreams/read-models.service.js';

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

  it('have the same mark, which retention reads', () => {
    const wanted = readFileSync('prisma/projection/migrations/20261127120000_inbox_mark/migration.sql', 'utf8');
    for (const { service } of inboxes)
      expect(readFileSync(`prisma/${service}/migrations/20261127120000_inbox_mark/migration.sql`, 'utf8'), service).toBe(wanted);
  });

  it('are all asked by the gateway for what could not be applied', async () => {
    const nobody = 'http://127.0.0.1:1';
    const readModels = new ReadModels({ PROJECTION_URL: nobody, RELAY_URL: nobody, SAGA_URL: nobody });
    const asked = new ConsumingServices(readModels, { NOTIFICATION_URL: nobody });
    expect(asked.all.map(([name]) => name)).toEqual(inboxes.map(({ service }) => service).toSorted());
    await Promise.all([asked.onApplicationShutdown(), readModels.onApplicationShutdown()]);
  });
});
