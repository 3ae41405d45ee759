import { register } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NotificationListener } from '../../libs/database/notification-listener.js';
import { CuttingProxy } from '../support/cutting-proxy.harness.js';
import { eventually } from '../support/api.js';
import { system } from '../support/system.js';

const CHANNEL = 'listener_test';
let proxy: CuttingProxy;
let listener: NotificationListener;
let hints = 0;

beforeAll(async () => {
  proxy = await CuttingProxy.before(system().databaseAdminUrl);
  const database = new URL(system().databaseAdminUrl);
  database.port = new URL(proxy.url).port;
  listener = new NotificationListener({ connectionString: database.href }, CHANNEL, () => hints++, {
    everyMs: 100,
    withinMs: 500,
  });
  listener.start();
});
afterAll(async () => {
  proxy.close();
  await listener.stop();
});

const listens = (wanted: boolean) =>
  eventually(
    async () => listener.listening,
    (listening) => listening === wanted,
  );
const metric = async () => {
  const { values } = await register.getSingleMetric('notification_listener_hearing')!.get();
  return values.find(({ labels }) => labels['channel'] === CHANNEL)?.value;
};

describe('a listener', () => {
  it('listens once it has received its own notification, which is no hint', async () => {
    await listens(true);
    expect([hints, await metric()]).toEqual([1, 1]);
  });

  it('notices that its LISTEN receives nothing any more, and comes back on a new session', async () => {
    proxy.forgetConnections();
    await listens(false);
    expect(await metric()).toBe(0);
    await listens(true);
    expect(hints).toBe(2);
  });
});
