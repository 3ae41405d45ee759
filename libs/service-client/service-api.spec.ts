import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { CallOutcome } from './call-outcome.js';
import { ServiceApi } from './service-api.js';

const open: { close(): unknown }[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((thing) => thing.close()));
});

async function serve(listener: RequestListener): Promise<{ api: ServiceApi; server: Server; outcomes: CallOutcome[] }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const api = new ServiceApi('customer', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const outcomes: CallOutcome[] = [];
  api.onOutcome((outcome) => outcomes.push(outcome));
  open.push(api, { close: () => (server.closeAllConnections(), server.close()) });
  return { api, server, outcomes };
}

const problem =
  (status: number, more = {}): RequestListener =>
  (_, response) =>
    void response
      .writeHead(status)
      .end(JSON.stringify({ type: 'about:blank', title: 'T', status, code: 'CODE', detail: 'D', ...more }));

const unavailable = (outcome: string) =>
  expect.objectContaining({
    outcome,
    problem: expect.objectContaining({
      status: 503,
      code: 'PARTICIPANT_UNAVAILABLE',
      detail: expect.stringContaining('customer'),
    }),
  });

describe('ServiceApi', () => {
  it('sends the query parameters that are defined and omits undefined ones', async () => {
    const { api } = await serve((request, response) => void response.end(JSON.stringify({ url: request.url })));
    await expect(api.get('/customers', { limit: 5, after: undefined, name: 'a&b' })).resolves.toEqual({
      url: '/customers?limit=5&name=a%26b',
    });
    await expect(api.get('/customers')).resolves.toEqual({ url: '/customers' });
  });

  it('forwards a refusal with its code and errors, without its instance', async () => {
    const { api } = await serve(problem(404, { instance: '/internal', errors: [{ pointer: '/a', detail: 'b' }] }));
    const refusal = {
      status: 404,
      code: 'CODE',
      detail: 'D',
      type: 'about:blank',
      title: 'T',
      errors: [{ pointer: '/a', detail: 'b' }],
    };
    await expect(api.get('/x')).rejects.toThrow(expect.objectContaining({ problem: refusal }));
  });

  it.each([
    ['a failure', problem(500)],
    [
      'a 4xx that is no problem document',
      ((_, response) => void response.writeHead(404).end('<html>')) satisfies RequestListener,
    ],
    ['a success that is no JSON', ((_, response) => void response.end('<html>')) satisfies RequestListener],
  ])('treats %s as an unavailable service', async (_, listener) => {
    const { api } = await serve(listener);
    await expect(api.get('/x')).rejects.toThrow(unavailable('failed'));
  });

  it('reports a refused connection', async () => {
    const { api, server, outcomes } = await serve(problem(500));
    await new Promise((resolve) => server.close(resolve));
    await expect(api.get('/x')).rejects.toThrow(unavailable('refused'));
    expect(outcomes).toEqual(['refused']);
  });

  it('gives up after two seconds', async () => {
    const { api, outcomes } = await serve(() => {});
    const startedAt = performance.now();
    await expect(api.get('/x')).rejects.toThrow(unavailable('timed-out'));
    expect(performance.now() - startedAt).toBeLessThan(2_900);
    expect(outcomes).toEqual(['timed-out']);
  });

  it('repeats a query over a new connection when a pooled one broke, but sends a change only once', async () => {
    let requests = 0;
    const { api } = await serve((request, response) =>
      ++requests % 2 === 1 ? void request.socket.destroy() : void response.end('{"ok":true}'),
    );
    await expect(api.get('/x')).resolves.toEqual({ ok: true });
    await expect(api.put('/x', {})).rejects.toThrow(unavailable('broken'));
    expect(requests).toBe(3);
  });
});
