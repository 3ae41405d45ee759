import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/api.js';
import { type GatewayHarness, startTestGateway } from '../support/gateway.harness.js';
import { CuttingProxy } from '../support/cutting-proxy.harness.js';
import { type FeedLogHarness, createFeedLog } from './feed-log.harness.js';
import { startHooksService, type HooksServiceHarness } from './hooks-service.harness.js';
import { get, page, Reader, socket, stream } from './feed-reader.harness.js';

let log: FeedLogHarness & { hooksUrl: string };
let hooks: HooksServiceHarness;
let gateway: GatewayHarness;
const open: { close(): unknown }[] = [];

beforeAll(async () => {
  log = await createFeedLog();
  hooks = await startHooksService(log.hooksUrl);
  gateway = await startTestGateway({ HOOKS_URL: hooks.url });
});
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one.close();
});
afterAll(async () => {
  await gateway?.close();
  await hooks?.close();
  await log?.close();
});

const facts = (count: number, subject: string, type = 'test.happened') =>
  Array.from({ length: count }, () => ({ type, subject }));
const now = async () => (await page(gateway.url, { after: 'now' })).next;

/** The received text of a stream, up to an expected part. */
async function raw(
  path: string,
  until: RegExp,
  headers: Record<string, string> = {},
): Promise<{ response: Response; text: string }> {
  const controller = new AbortController();
  open.push({ close: () => controller.abort() });
  const response = await fetch(new URL(path, gateway.url), { headers, signal: controller.signal });
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body!) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    if (until.test(text)) break;
  }
  return { response, text };
}

describe('the stream', () => {
  it('opens at once, with the id to resume from and nothing to dispatch', async () => {
    const start = await now();
    const { response, text } = await raw('/v1/events/stream', /\n\n/);
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(text).toBe(`retry: 3000\nid: ${start}\n\n`);
  });

  it('prefers Last-Event-ID to after, and gives each event a cursor as id', async () => {
    const [a, b] = await log.append(...facts(2, 'ids'));
    const { text } = await raw('/v1/events/stream?after=beginning', /data/, { 'last-event-id': a!.sequence });
    expect(text).toMatch(new RegExp(`^id: ${b!.sequence}-[0-9a-f]{12}\ndata: {"specversion":"1.0","id":"${b!.id}"`, 'm'));
    expect(text).not.toContain(a!.id);
  });

  it('shows that it lives, and moves the id of a reader whose filter passes nothing', async () => {
    const restless = await startHooksService(log.hooksUrl, { FEED_HEARTBEAT_MS: 50 });
    const restlessGateway = await startTestGateway({ HOOKS_URL: restless.url });
    open.push(restless, restlessGateway);
    const [noise] = await log.append(...facts(1, 'noise'));
    const controller = new AbortController();
    open.push({ close: () => controller.abort() });
    const path = `/v1/events/stream?after=beginning&types=never.comes`;
    const response = await fetch(new URL(path, restlessGateway.url), { signal: controller.signal });
    let text = '';
    for await (const chunk of response.body!) {
      text += new TextDecoder().decode(chunk as Uint8Array);
      if (text.includes(`: still here\nid: ${noise!.sequence}-`)) break;
    }
    expect(text).not.toContain('data');
    const ids = [...text.matchAll(/^id: (\S+)$/gm)].map(([, id]) => id!);
    expect(ids).toEqual(ids.toSorted());
  });

  it('loses and repeats nothing for an EventSource whose connection is cut at random points', async () => {
    const start = await now();
    const proxy = await CuttingProxy.before(gateway.url);
    open.push(proxy);
    const reader = new Reader();
    const source = stream(proxy.url, `after=${start}&types=cut.*`, reader);
    open.push(source);
    const expected: string[] = [];
    for (let round = 0; round < 6; round++) {
      const cuts = proxy.cuts;
      proxy.cutAfter(Math.floor(Math.random() * 4_000));
      expected.push(
        ...(await log.append(...facts(5, 'cut', 'cut.happened'), ...facts(2, 'noise'))).slice(0, 5).map(({ id }) => id),
      );
      await eventually(
        async () => proxy.cuts > cuts || reader.events.length === expected.length,
        (settled) => settled,
      );
    }
    proxy.cutAfter(Infinity);
    await reader.until(expected.length);
    expect(reader.ids).toEqual(expected);
    expect(proxy.cuts).toBeGreaterThan(0);
  });

  it('shows many readers all of it in order while four writers append', async () => {
    const start = await now();
    const readers = Array.from({ length: 50 }, () => new Reader());
    for (const reader of readers) open.push(stream(gateway.url, `after=${start}&subject=crowd`, reader));
    const written = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const own: { position: number; id: string }[] = [];
        for (let batch = 0; batch < 10; batch++) own.push(...(await log.append(...facts(5, 'crowd'))));
        return own;
      }),
    );
    const expected = written
      .flat()
      .toSorted((a, b) => a.position - b.position)
      .map(({ id }) => id);
    expect(expected).toHaveLength(200);
    for (const reader of readers) {
      await reader.until(expected.length);
      expect(reader.ids).toEqual(expected);
    }
  });

  it('closes the connection of a reader that takes nothing, and keeps serving other readers', async () => {
    const impatient = await startHooksService(log.hooksUrl, { FEED_HEARTBEAT_MS: 250 });
    open.push(impatient);
    const start = await now();
    const big = Array.from({ length: 300 }, () => ({ type: 'big.happened', subject: 'big', data: 'x'.repeat(60_000) }));
    const written = await log.append(...big);
    const { hostname, port } = new URL(impatient.url);
    const deaf = connect(Number(port), hostname);
    let ended = false;
    deaf.on('close', () => (ended = true)).on('error', () => {});
    open.push({ close: () => deaf.destroy() });
    deaf.write(`GET /v1/events/stream?after=${start} HTTP/1.1\r\nHost: x\r\n\r\n`);
    deaf.pause();
    const reader = new Reader();
    open.push(stream(impatient.url, `after=${start}&types=big.*`, reader));
    await reader.until(written.length);
    expect(reader.ids).toEqual(written.map(({ id }) => id));
    // It learns of it once it reads again.
    await eventually(
      async () => (await get(impatient.url, '/metrics')).text(),
      (metrics) => /^feed_connections [01]$/m.test(metrics),
    );
    deaf.resume();
    await eventually(
      async () => ended,
      (closed) => closed,
    );
  });

  it('turns readers away when all places are taken, and takes them when one is free again', async () => {
    const small = await startHooksService(log.hooksUrl, { FEED_CONNECTIONS: 1 });
    open.push(small);
    const controller = new AbortController();
    await fetch(new URL('/v1/events/stream', small.url), { signal: controller.signal });
    for (const path of ['/v1/events/stream', '/v1/events?after=now&wait=30']) {
      const refused = await get(small.url, path);
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
      expect(await refused.json()).toMatchObject({ code: 'TOO_MANY_CONNECTIONS' });
    }
    expect((await get(small.url, '/v1/events?after=now')).status).toBe(200);
    controller.abort();
    await eventually(
      async () => (await page(small.url, { after: 'now', wait: 1 })).items,
      (items) => items.length === 0,
    );
  });

  it('leaves places to other keys, however many one key opens', async () => {
    const small = await startHooksService(log.hooksUrl, { FEED_CONNECTIONS: 8 });
    const keyed = await startTestGateway({
      HOOKS_URL: small.url,
      AUTH: 'required',
      API_KEYS: 'greedy:one:events,greedy:two:events,modest:three:events,third:four:events',
    });
    open.push(small, keyed);
    const statusFor = async (key: string): Promise<number> => {
      const controller = new AbortController();
      open.push({ close: () => controller.abort() });
      const headers = { authorization: `Bearer ${key}` };
      return (await fetch(`${keyed.url}/v1/events/stream`, { headers, signal: controller.signal })).status;
    };
    const statuses: number[] = [];
    // Both keys of the holder, one after the other.
    for (let each = 0; each < 8; each++) statuses.push(await statusFor(each % 2 ? 'one' : 'two'));
    expect(statuses).toEqual([200, 200, 200, 200, 503, 503, 503, 503]);
    for (const [key, expected] of [
      ['three', 200],
      ['three', 200],
      ['three', 503],
      ['four', 200],
    ] as const)
      expect(await statusFor(key), key).toBe(expected);
    await expect(socket(keyed.url, '', new Reader(), { authorization: 'Bearer one' })).rejects.toThrow('TOO_MANY_CONNECTIONS');
  });

  it('keeps a slow reader that takes little at a time', async () => {
    const impatient = await startHooksService(log.hooksUrl, { FEED_HEARTBEAT_MS: 125 });
    open.push(impatient);
    const start = await now();
    const big = Array.from({ length: 300 }, () => ({ type: 'big.happened', subject: 'slow', data: 'x'.repeat(60_000) }));
    const last = (await log.append(...big)).at(-1)!;
    const { hostname, port } = new URL(impatient.url);
    const slow = connect(Number(port), hostname);
    open.push({ close: () => slow.destroy() });
    slow.write(`GET /v1/events/stream?after=${start}&types=big.* HTTP/1.1\r\nHost: x\r\n\r\n`);
    // 18 MB at about 4 MB/s: a batch of 100 events takes longer than a reader may take nothing.
    let tail = '';
    for await (const chunk of slow) {
      tail = (tail + String(chunk)).slice(-70_000);
      if (tail.includes(last.id)) break;
      await new Promise((resolve) => setTimeout(resolve, (chunk as Buffer).length / 4_000));
    }
    expect(tail).toContain(last.id);
  });

  it('ends after its lifetime, and nothing is missed by coming back', async () => {
    const shortLived = await startHooksService(log.hooksUrl, { FEED_LIFETIME_MS: 150 });
    open.push(shortLived);
    const { text } = await get(shortLived.url, '/v1/events/stream').then(async (response) => ({ text: await response.text() }));
    expect(text).toMatch(/^retry: 3000\nid: \d{20}-[0-9a-f]{12}\n\n$/);
  });
});
