import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EndedTimelines } from '../../contracts/saga/ended-saga.js';
import { TimelineReporter } from './timeline-reporter.js';

let server: Server;
let reporter: TimelineReporter;
let failures: number;
const batches: string[][] = [];

const ended = (sagaId: string) => ({
  sagaId,
  runId: 'run-1',
  build: 'build-1',
  historyLength: 3,
  timeline: { type: 'createOrder', state: 'COMPLETED' as const },
});

beforeEach(async () => {
  batches.length = 0;
  failures = 0;
  server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      if (failures-- > 0) return void response.writeHead(500).end();
      batches.push((JSON.parse(text) as EndedTimelines).items.map(({ sagaId }) => sagaId));
      response.end('{"stored":1}');
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const sagaUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  reporter = new TimelineReporter({ build: 'build-1', sagaUrl, log: pino({ level: 'silent' }) });
});
afterEach(async () => {
  await reporter.stop();
  server.closeAllConnections();
  server.close();
});

describe('TimelineReporter', () => {
  it('sends simultaneous reports as one batch, and later ones as another', async () => {
    for (const sagaId of ['a', 'b', 'c']) reporter.report(ended(sagaId));
    await vi.waitFor(() => expect(batches).toEqual([['a', 'b', 'c']]));
    reporter.report(ended('d'));
    await vi.waitFor(() => expect(batches).toEqual([['a', 'b', 'c'], ['d']]));
  });

  it('retries a batch that the saga service did not accept', async () => {
    failures = 1;
    reporter.report(ended('a'));
    await vi.waitFor(() => expect(batches).toEqual([['a']]), { timeout: 5_000 });
  });

  it('keeps only the newest reports, and limits the size of a batch', async () => {
    for (let number = 0; number < 5_250; number++) reporter.report(ended(String(number)));
    await vi.waitFor(() => expect(batches.flat()).toHaveLength(5_000), { timeout: 10_000 });
    expect(batches[0]?.[0]).toBe('250');
    expect(Math.max(...batches.map(({ length }) => length))).toBe(200);
  });

  it('sends the queued reports when it stops', async () => {
    reporter.report(ended('a'));
    await reporter.stop();
    expect(batches).toEqual([['a']]);
  });
});
