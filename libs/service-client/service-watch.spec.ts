import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ServiceApi } from './service-api.js';
import { ServiceWatch } from './service-watch.js';

let server: Server;
let port: number;
let status: number;
let api: ServiceApi;
let watch: ServiceWatch;

function listen(): Promise<void> {
  server = createServer((_, response) => void response.writeHead(status).end('{}'));
  return new Promise((resolve) => void server.listen(port, '127.0.0.1', resolve));
}

function kill(): Promise<unknown> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
}

beforeEach(async () => {
  port = 0;
  status = 200;
  await listen();
  port = (server.address() as AddressInfo).port;
  api = new ServiceApi('order', `http://127.0.0.1:${port}`);
  watch = new ServiceWatch(api);
  await watch.start();
});

afterEach(async () => {
  watch.stop();
  await api.close();
  await kill();
});

describe('ServiceWatch', () => {
  it('knows from the start that a service is available', () => {
    expect(watch.available).toBe(true);
    expect(() => watch.assertAvailable('Nothing was started.')).not.toThrow();
  });

  it('notices at once when a service dies, without a call, and when it is back', async () => {
    await kill();
    await vi.waitFor(() => expect(watch.available).toBe(false), { timeout: 500, interval: 5 });
    expect(() => watch.assertAvailable('Nothing was started.')).toThrow(
      expect.objectContaining({
        problem: expect.objectContaining({
          code: 'PARTICIPANT_UNAVAILABLE',
          detail: expect.stringMatching(/^The order service .* Nothing was started\.$/),
        }),
      }),
    );
    await listen();
    await vi.waitFor(() => expect(watch.available).toBe(true), { timeout: 2_000, interval: 20 });
  });

  it('treats a service as unavailable while it reports that it is not ready', async () => {
    status = 503;
    await vi.waitFor(() => expect(watch.available).toBe(false), { timeout: 3_000, interval: 20 });
    status = 200;
    await vi.waitFor(() => expect(watch.available).toBe(true), { timeout: 2_000, interval: 20 });
  });
});
