import { expect, it } from 'vitest';
import { ConsumingServices } from '../../apps/gateway/operator/consuming-services.service.js';
import { ReadModels } from '../../apps/gateway/upstreams/read-models.service.js';
import { migrationFolders, services } from '../../libs/database/services.js';

it('asks every service that has an inbox for its dead letters', async () => {
  const consuming = services.filter((service) => migrationFolders[service].includes('inbox'));
  const nobody = 'http://127.0.0.1:1';
  const readModels = new ReadModels({ PROJECTION_URL: nobody, RELAY_URL: nobody, SAGA_URL: nobody });
  const asked = new ConsumingServices(readModels, { NOTIFICATION_URL: nobody });
  expect(asked.all.map(([name]) => name)).toEqual(consuming.toSorted());
  await Promise.all([asked.onApplicationShutdown(), readModels.onApplicationShutdown()]);
});
