import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { participantNames } from '../../contracts/participant/participants.js';
import { type GatewayHarness, startTestGateway } from '../support/gateway.harness.js';
import { system } from '../support/system.js';

interface Answer {
  status: number;
  body: string;
}

/** Sends the lines as they are over a connection of their own, and reads until the server closes it or shows a stream's headers. */
async function send(base: string, lines: string[], body = ''): Promise<Answer> {
  const { hostname, port } = new URL(base);
  const socket = connect(Number(port), hostname);
  socket.write(`${[...lines, 'Connection: close'].join('\r\n')}\r\n\r\n${body}`);
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  await once(socket, 'close');
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1]), body: text.slice(text.indexOf('\r\n\r\n') + 4) };
}

const host = (base: string) => new URL(base).host;
const chunked = (base: string, method: string, path: string, ...headers: string[]) => [
  `${method} ${path} HTTP/1.1`,
  `Host: ${host(base)}`,
  'Transfer-Encoding: chunked',
  ...headers,
];

const services = () => [
  system().gatewayUrl,
  system().hooksUrl,
  system().relayUrl,
  system().notificationUrl,
  system().sagaUrl,
  system().projectionUrl,
  ...participantNames.map((name) => system()[`${name}Url`]),
];

describe('a chunked body without content', () => {
  const empty = '0\r\n\r\n';

  it('counts as none on every service, with any Content-Type', async () => {
    for (const base of services()) {
      for (const headers of [[], ['Content-Type: text/plain']]) {
        const { status, body } = await send(base, chunked(base, 'GET', '/healthz', ...headers), empty);
        expect(status, `${base}: ${body}`).toBe(200);
      }
    }
  });

  it.each([
    ['POST', '/v1/hooks/nobody/rotate-secret', 404],
    ['DELETE', '/v1/hooks/nobody', 404],
    ['GET', '/v1/orders', 200],
  ])('leaves %s %s with the answer that it has without a body', async (method, path, expected) => {
    const base = system().gatewayUrl;
    const without = await send(base, [`${method} ${path} HTTP/1.1`, `Host: ${host(base)}`]);
    const { status, body } = await send(base, chunked(base, method, path), empty);
    expect(without.status).toBe(expected);
    expect(status, body).toBe(expected);
  });

  it('is refused as soon as it has content that is not JSON', async () => {
    const base = system().gatewayUrl;
    for (const method of ['POST', 'DELETE', 'GET']) {
      const { status, body } = await send(base, chunked(base, method, '/v1/orders'), '4\r\nnote\r\n0\r\n\r\n');
      expect(status, method).toBe(415);
      expect(JSON.parse(body)).toMatchObject({ code: 'UNSUPPORTED_MEDIA_TYPE' });
    }
  });
});

describe('a target in absolute form', () => {
  const absolute = (base: string, method: string, target: string, ...headers: string[]) => [
    `${method} ${target} HTTP/1.1`,
    `Host: ${host(base)}`,
    ...headers,
  ];

  it('reaches what its path names, on every service', async () => {
    for (const base of services()) {
      expect((await send(base, absolute(base, 'GET', `${base}/healthz`))).status, base).toBe(200);
      const missing = await send(base, absolute(base, 'GET', `${base}/nothing?x=1`));
      expect(missing.status, base).toBe(404);
      expect(JSON.parse(missing.body), base).toMatchObject({ instance: '/nothing?x=1' });
    }
  });

  it('has its host checked, and not the Host beside it', async () => {
    const base = system().gatewayUrl;
    const foreign = await send(base, absolute(base, 'GET', 'http://evil.test/v1/orders'));
    expect(foreign.status).toBe(403);
    expect(JSON.parse(foreign.body)).toMatchObject({ code: 'HOST_REFUSED', instance: '/v1/orders' });
    expect((await send(base, ['GET http://localhost/v1/orders HTTP/1.1', 'Host: evil.test'])).status).toBe(200);
    const upgrade = ['Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=='];
    const socket = await send(base, absolute(base, 'GET', 'http://evil.test/v1/events/socket', ...upgrade));
    expect(socket.status).toBe(403);
  });

  it('passes the same guards of bodies, queries and media types', async () => {
    const base = system().gatewayUrl;
    const length = (text: string) => ['Content-Type: application/json', `Content-Length: ${text.length}`];
    const body = '{"note":"x"}';
    const answers = await Promise.all([
      send(base, absolute(base, 'GET', `${base}/v1/orders?surprise=1`)),
      send(base, absolute(base, 'POST', `${base}/v1/hooks/nobody/rotate-secret`, ...length(body)), body),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([422, 422]);
  });

  it.each(['ftp://127.0.0.1/v1/orders', 'http://user:secret@127.0.0.1/v1/orders', 'http:///v1/orders'])(
    'is refused when it is %s',
    async (target) => {
      const base = system().gatewayUrl;
      expect(await send(base, absolute(base, 'GET', target))).toMatchObject({ status: 400 });
    },
  );

  describe('of an API with keys', () => {
    let gateway: GatewayHarness;
    beforeAll(async () => {
      gateway = await startTestGateway({ AUTH: 'required', API_KEYS: 'shop:key:orders' });
    });
    afterAll(() => gateway.close());

    it('needs the key of its path', async () => {
      const base = gateway.url;
      const paths = ['/v1/orders', '/V1/Orders?limit=1', '/v1/events/socket'];
      const statuses = async (...headers: string[]) =>
        Promise.all(paths.map(async (path) => (await send(base, absolute(base, 'GET', `${base}${path}`, ...headers))).status));
      expect(await statuses()).toEqual([401, 401, 401]);
      expect((await statuses('Authorization: Bearer key'))[0]).toBe(200);
    });
  });
});
