import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../libs/embedded/free-port.js';
import { eventually } from '../support/api.js';
import { type GatewayHarness, startTestGateway } from '../support/gateway.harness.js';
import { type FeedLogHarness, createFeedLog } from './feed-log.harness.js';
import { startHooksService, type HooksServiceHarness } from './hooks-service.harness.js';
import { get, page, Reader, socket, stream } from './feed-reader.harness.js';

let log: FeedLogHarness & { hooksUrl: string };
let hooks: HooksServiceHarness | undefined;
let gateway: GatewayHarness;
let port: number;
const open: { close(): unknown }[] = [];

beforeAll(async () => {
  log = await createFeedLog();
  port = await freePort();
  gateway = await startTestGateway({ HOOKS_URL: `http://127.0.0.1:${port}` });
});
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one.close();
  await hooks?.close();
  hooks = undefined;
});
afterAll(async () => {
  await gateway?.close();
  await log?.close();
});

const start = async () => (hooks = await startHooksService(log.hooksUrl, {}, port));
const stop = async (): Promise<number> => {
  const startedAt = performance.now();
  await hooks!.close();
  hooks = undefined;
  return performance.now() - startedAt;
};

describe('without the hooks service', () => {
  it('every door answers 503 with a problem and when to try again, within five seconds', async () => {
    for (const path of [
      '/v1/events',
      '/v1/events?wait=30',
      '/v1/events.atom',
      '/v1/events/archive/1',
      '/v1/events/stream',
      '/v1/events/x',
    ]) {
      const startedAt = performance.now();
      const response = await get(gateway.url, path);
      expect([response.status, response.headers.get('retry-after')], path).toEqual([503, '1']);
      expect(await response.json()).toMatchObject({ code: 'HOOKS_UNAVAILABLE', instance: path });
      expect(performance.now() - startedAt).toBeLessThan(5_000);
    }
    await expect(socket(gateway.url, '', new Reader())).rejects.toThrow(/^503 .*HOOKS_UNAVAILABLE/);
  });
});

describe('when the hooks service stops', () => {
  it('waiting readers are released at once, and continue with their cursor when it is back', async () => {
    await start();
    const { next } = await page(gateway.url, { after: 'now' });
    const streamed = new Reader();
    open.push(stream(gateway.url, `after=${next}`, streamed));
    const socketed = new Reader();
    const { closed } = await socket(gateway.url, `after=${next}`, socketed);
    const [first] = await log.append({ type: 'test.happened', subject: 'A' });
    await Promise.all([streamed.until(1), socketed.until(1)]);
    const polling = page(gateway.url, { after: first!.sequence, wait: 30 });
    await eventually(
      async () => (await get(hooks!.url, '/metrics')).text(),
      (metrics) => /^feed_connections 3$/m.test(metrics),
    );

    expect(await stop()).toBeLessThan(3_000);
    expect(await closed).toMatchObject({ code: 1001 });
    expect(await polling).toMatchObject({ items: [], next: expect.stringContaining(first!.sequence) as string });

    const [missed] = await log.append({ type: 'test.happened', subject: 'A' });
    await start();
    await streamed.until(2);
    expect(streamed.ids).toEqual([first!.id, missed!.id]);
    expect((await page(gateway.url, { after: first!.sequence })).items).toMatchObject([{ id: missed!.id }]);
  });
});

describe('when the gateway stops', () => {
  it('its readers are released at once, and the hooks service forgets them', async () => {
    await start();
    const passing = await startTestGateway({ HOOKS_URL: `http://127.0.0.1:${port}` });
    const { closed } = await socket(passing.url, '', new Reader());
    const following = fetch(`${passing.url}/v1/events/stream`).then((response) => response.text());
    const polling = get(passing.url, '/v1/events?after=now&wait=30');
    await eventually(
      async () => (await get(hooks!.url, '/metrics')).text(),
      (metrics) => /^feed_connections 3$/m.test(metrics),
    );
    const ends = Promise.allSettled([following, polling, closed]);
    const startedAt = performance.now();
    await passing.close();
    expect(performance.now() - startedAt).toBeLessThan(3_000);
    await ends;
    await eventually(
      async () => (await get(hooks!.url, '/metrics')).text(),
      (metrics) => /^feed_connections 0$/m.test(metrics),
    );
  });
});
