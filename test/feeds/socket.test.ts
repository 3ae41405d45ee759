import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type GatewayHarness, startTestGateway } from '../support/gateway.harness.js';
import { eventually } from '../support/api.js';
import { type FeedLogHarness, createFeedLog } from './feed-log.harness.js';
import { startHooksService, type HooksServiceHarness } from './hooks-service.harness.js';
import { page, Reader, socket, type Socket } from './feed-reader.harness.js';

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

const facts = (count: number, subject: string) => Array.from({ length: count }, () => ({ type: 'test.happened', subject }));
const now = async () => (await page(gateway.url, { after: 'now' })).next;
async function join(query: string, reader: Reader, base = gateway.url): Promise<Socket> {
  const opened = await socket(base, query, reader);
  open.push({ close: () => opened.socket.terminate() });
  return opened;
}

/** A request as it stands, and all that is answered until the connection ends. */
function bare(text: string): Promise<string> {
  const { hostname, port } = new URL(gateway.url);
  return new Promise((resolve, reject) => {
    let answer = '';
    const client = connect(Number(port), hostname, () => client.write(text));
    client.on('data', (chunk) => (answer += String(chunk)));
    client.on('close', () => resolve(answer)).on('error', reject);
  });
}

describe('the socket', () => {
  it('sends old and new events, filtered, and continues where the reader stopped', async () => {
    const start = await now();
    const before = await log.append(...facts(130, 'S'), ...facts(3, 'noise'));
    const reader = new Reader();
    const first = await join(`after=${start}&subject=S`, reader);
    const live = await log.append(...facts(5, 'S'));
    const expected = [...before.slice(0, 130), ...live].map(({ id }) => id);
    await reader.until(expected.length);
    expect(reader.ids).toEqual(expected);

    first.socket.terminate();
    const missed = await log.append(...facts(4, 'S'));
    await join(`after=${reader.last}&subject=S`, reader);
    await reader.until(expected.length + missed.length);
    expect(reader.ids).toEqual([...expected, ...missed.map(({ id }) => id)]);
  });

  it('sends no more than the client wants', async () => {
    const start = await now();
    const written = (await log.append(...facts(10, 'W'))).map(({ id }) => id);
    const reader = new Reader();
    const { socket } = await join(`after=${start}&subject=W&want=2`, reader);
    await reader.until(2);
    socket.send(JSON.stringify({ want: 3 }));
    await reader.until(5);
    // An unwanted event does not come, also not after the client has sent a message.
    const pong = new Promise((resolve) => socket.once('pong', resolve));
    socket.ping();
    await pong;
    expect(reader.ids).toEqual(written.slice(0, 5));
    socket.send(JSON.stringify({ want: 100 }));
    await reader.until(10);
    expect(reader.ids).toEqual(written);
  });

  it.each(['{"want":0}', '{"want":"1"}', '{"want":1,"more":2}', 'garbage', '[]', '', '{"want":1e999}'])(
    'is closed for the message %j',
    async (message) => {
      const { socket, closed } = await join('after=now', new Reader());
      socket.send(message);
      expect(await closed).toMatchObject({ code: 1008 });
    },
  );

  it('is closed for a message that is too long', async () => {
    const { socket, closed } = await join('after=now', new Reader());
    socket.send('x'.repeat(2_000));
    expect((await closed).code).toBe(1009);
  });

  it.each([
    ['after=garbage', 422],
    ['after=99999999999999999999', 422],
    ['surprise=1', 422],
    ['types=x', 422],
    ['want=-1', 422],
    ['__proto__=1', 422],
  ])('refuses ?%s with a problem instead of a handshake', async (query, status) => {
    await expect(socket(gateway.url, query, new Reader())).rejects.toThrow(new RegExp(`^${status} \\{"type":"about:blank"`));
  });

  it('asks for a key where keys are required', async () => {
    const closedOff = await startTestGateway({
      HOOKS_URL: hooks.url,
      AUTH: 'required',
      API_KEYS: 'robot:reader:events,shop:shop:orders',
    });
    open.push(closedOff);
    await expect(socket(closedOff.url, '', new Reader())).rejects.toThrow('401');
    await expect(socket(closedOff.url, '', new Reader(), { authorization: 'Bearer shop' })).rejects.toThrow('403');
    const { socket: opened } = await socket(closedOff.url, '', new Reader(), { authorization: 'Bearer reader' });
    expect(opened.readyState).toBe(opened.OPEN);
    opened.terminate();
    expect((await fetch(`${closedOff.url}/v1/events`)).status).toBe(401);
  });

  it('does not open for a page of another origin', async () => {
    const { host } = new URL(gateway.url);
    for (const origin of ['http://evil.test', 'null', `http://${host}.evil.test`])
      await expect(socket(gateway.url, '', new Reader(), { origin })).rejects.toThrow('403');
    const { socket: opened } = await socket(gateway.url, '', new Reader(), { origin: `http://${host}` });
    opened.terminate();
  });

  it('describes itself to a request without a handshake', async () => {
    const response = await fetch(`${gateway.url}/v1/events/socket`);
    expect(response.status).toBe(426);
    expect(await response.json()).toMatchObject({ code: 'UPGRADE_REQUIRED' });
  });

  it('does not take requests away that offer another upgrade, or come to another path', async () => {
    const offer = 'Connection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk';
    const read = await bare(`GET /v1/events?limit=1 HTTP/1.1\r\nHost: localhost\r\n${offer}\r\n\r\n`);
    expect(read).toMatch(/^HTTP\/1\.1 200 /);
    expect(read).toContain('"next"');
    const body = JSON.stringify({ customerId: 1 });
    const written = await bare(
      `POST /v1/orders HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n${offer}\r\n\r\n${body}`,
    );
    expect(written).toMatch(/^HTTP\/1\.1 422 /);
    expect(written).toContain('/customerId');
    const elsewhere = await bare(
      'GET /v1/nothing HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
    );
    expect(elsewhere).toMatch(/^HTTP\/1\.1 404 /);
  });

  it('ends after its lifetime with a code that says to come back', async () => {
    const shortLived = await startHooksService(log.hooksUrl, { FEED_LIFETIME_MS: 300 });
    open.push(shortLived);
    const { closed } = await join('', new Reader(), shortLived.url);
    expect(await closed).toEqual({ code: 1001, reason: 'reconnect with after=<the last sequence>' });
  });

  it('closes the connection of a client that does not answer pings', async () => {
    const restless = await startHooksService(log.hooksUrl, { FEED_HEARTBEAT_MS: 100 });
    open.push(restless);
    const { socket: silent, closed } = await join('', new Reader(), restless.url);
    silent.pong = () => {};
    let alive = true;
    void closed.then(() => (alive = false));
    await eventually(
      async () => alive,
      (still) => !still,
    );
    expect((await closed).code).toBe(1006);
  });
});
