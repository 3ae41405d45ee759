import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Order } from '../../contracts/order/order.resource.js';
import type { Page } from '../../contracts/values/page.js';
import { call } from '../support/api.js';
import { type GatewayHarness, startTestGateway } from '../support/gateway.harness.js';
import { system } from '../support/system.js';

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: { code?: string; detail?: string };
}

/** Not fetch, which sends no other Host than the URL's. */
function ask(base: string, method: string, path: string, headers: Record<string, string>, body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(base);
    const sent = request({ hostname, port, method, path, headers: { ...headers, connection: 'close' } }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        // A stream never ends by itself.
        if (response.headers['content-type']?.startsWith('text/event-stream')) response.destroy();
      });
      response.on('close', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: text.startsWith('{') ? (JSON.parse(text) as Answer['body']) : {},
        }),
      );
    });
    sent.on('error', reject).end(body);
  });
}

const json = { 'content-type': 'application/json' };
const customerId = 'rebound';
const order = JSON.stringify({ customerId, lines: [{ sku: 'SKU-TOKEN', quantity: 1 }] });
const foreign = [
  { host: 'evil.test' },
  { host: '127.0.0.1.evil.test:3000' },
  { origin: 'http://evil.test' },
  { origin: 'null' },
  { host: 'localhost', origin: 'http://localhost.evil.test' },
];

describe('an API without keys', () => {
  it.each(foreign)('refuses %j on every path before anything is done, and names PUBLIC_URL', async (headers) => {
    const url = system().gatewayUrl;
    const answers = await Promise.all([
      ask(url, 'POST', '/v1/orders', { ...json, ...headers }, order),
      ask(url, 'POST', '/v1/orders', { 'content-type': 'text/plain', ...headers }, order),
      ask(url, 'GET', '/v1/orders', headers),
      ask(url, 'GET', '/v1/events', headers),
      ask(url, 'GET', '/v1/events/stream', headers),
      ask(url, 'OPTIONS', '/v1/orders', headers),
      ask(url, 'GET', '/openapi.json', headers),
      ask(url, 'GET', '/v1/nothing', headers),
    ]);
    const code = 'origin' in headers ? 'ORIGIN_REFUSED' : 'HOST_REFUSED';
    for (const { status, headers: answered, body } of answers) {
      expect({ status, code: body.code }).toEqual({ status: 403, code });
      expect(body.detail).toMatch(/PUBLIC_URL \(http:\/\/127\.0\.0\.1:\d+\)/);
      expect(answered['content-type']).toContain('application/problem+json');
      expect(answered['access-control-allow-origin']).toBeUndefined();
    }
    expect((await call<Page<Order>>('GET', `/v1/orders?customerId=${customerId}`)).body.items).toEqual([]);
  });

  it.each(foreign)('opens no socket for %j', async (headers) => {
    const socket = new WebSocket(`${system().gatewayUrl.replace('http', 'ws')}/v1/events/socket`, { headers });
    const opened = new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    await expect(opened).rejects.toThrow('403');
  });

  it.each([
    { host: 'localhost:1' },
    { host: '[::1]:4000' },
    { origin: 'http://localhost:5173' },
    { origin: 'http://127.0.0.1:9999' },
    { origin: 'http://[::1]' },
  ])('answers to its own %j', async (headers) => {
    const { status, headers: answered } = await ask(system().gatewayUrl, 'GET', '/v1/orders', headers);
    expect(status).toBe(200);
    expect(answered['access-control-allow-origin']).toBeUndefined();
    const socket = new WebSocket(`${system().gatewayUrl.replace('http', 'ws')}/v1/events/socket`, { headers });
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    socket.terminate();
  });
});

describe('OPTIONS', () => {
  it('answers 204 with the methods of each path, in every path of the document', async () => {
    const url = system().gatewayUrl;
    const { paths } = (await (await fetch(`${url}/openapi.json`)).json()) as { paths: Record<string, Record<string, unknown>> };
    for (const [path, item] of Object.entries(paths)) {
      const { status, headers } = await ask(url, 'OPTIONS', path.replaceAll(/\{\w+\}/g, 'nobody'), {});
      const methods = Object.keys(item).map((method) => method.toUpperCase());
      expect(status, path).toBe(204);
      expect(String(headers['allow']).split(', '), path).toEqual(expect.arrayContaining([...methods, 'OPTIONS']));
    }
    expect((await ask(url, 'OPTIONS', '/v1/orders', {})).headers['allow']).toBe('GET, HEAD, OPTIONS, POST');
    expect((await ask(url, 'OPTIONS', '/v1/nothing', {})).status).toBe(404);
  });
});

describe('with CORS_ORIGINS', () => {
  const shop = 'https://shop.example.com';
  let closed: GatewayHarness;
  let open: GatewayHarness;
  beforeAll(async () => {
    closed = await startTestGateway({ CORS_ORIGINS: [shop], AUTH: 'required', API_KEYS: 'shop:key:orders' });
    open = await startTestGateway({ CORS_ORIGINS: [shop], PUBLIC_URL: 'https://api.example.com' });
  });
  afterAll(() => Promise.all([closed.close(), open.close()]));

  it('lets pages of these origins ask before they send, without a key', async () => {
    const preflight = {
      origin: shop,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization',
    };
    const { status, headers } = await ask(closed.url, 'OPTIONS', '/v1/orders', preflight);
    expect(status).toBe(204);
    expect(headers).toMatchObject({
      'access-control-allow-origin': shop,
      'access-control-allow-methods': 'GET, HEAD, OPTIONS, POST',
      'access-control-allow-headers': expect.stringMatching(/Authorization.*Idempotency-Key.*Prefer/),
      vary: expect.stringContaining('Origin'),
    });
    expect(headers['access-control-allow-credentials']).toBeUndefined();
  });

  it('lets them read answers, refusals included, and nobody else', async () => {
    const read = async (url: string, origin: string) => {
      const { status, headers } = await ask(url, 'GET', '/v1/orders', { origin });
      return [status, headers['access-control-allow-origin']];
    };
    expect(await read(closed.url, shop)).toEqual([401, shop]);
    expect(await read(closed.url, 'https://evil.test')).toEqual([401, undefined]);
    expect(await read(open.url, shop)).toEqual([200, shop]);
    expect(await read(open.url, 'https://api.example.com')).toEqual([200, undefined]);
    expect(await read(open.url, 'https://evil.test')).toEqual([403, undefined]);
  });

  it('answers under PUBLIC_URL', async () => {
    expect((await ask(open.url, 'GET', '/v1/orders', { host: 'api.example.com' })).status).toBe(200);
    expect((await ask(open.url, 'GET', '/v1/orders', { host: 'shop.example.com' })).body.detail).toContain(
      'https://api.example.com',
    );
  });
});
