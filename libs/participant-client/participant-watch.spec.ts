import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ParticipantApi } from './participant-api.js';
import { ParticipantWatch } from './participant-watch.js';

let server: Server;
let port: number;
let status: number;
let api: ParticipantApi;
let watch: ParticipantWatch;

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
  api = new ParticipantApi('order', `http://127.0.0.1:${port}`);
  watch = new ParticipantWatch(api);
  await watch.start();
});

afterEach(async () => {
  watch.stop();
  await api.close();
  await kill();
});

describe('ParticipantWatch', () => {
  it('knows from the start that a participant is there', () => {
    expect(watch.available).toBe(true);
    expect(() => watch.assertAvailable('Nothing was started.')).not.toThrow();
  });

  it('knows at once that a participant has died, without being asked for it, and when it is back', async () => {
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

  it('believes a participant that says that it is not ready', async () => {
    status = 503;
    await vi.waitFor(() => expect(watch.available).toBe(false), { timeout: 3_000, interval: 20 });
    status = 200;
    await vi.waitFor(() => expect(watch.available).toBe(true), { timeout: 2_000, interval: 20 });
  });
});
