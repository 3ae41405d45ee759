import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { EventSource } from 'eventsource';
import type { OutboxPlace } from '../../libs/messaging/relay/outbox-place.js';
import { tryMoveBatch } from '../../libs/messaging/relay/append-rows.js';
import { inLogTransaction } from '../../libs/messaging/relay/log-transaction.js';
import { type GatewayHarness, startTestGateway } from '../support/gateway.harness.js';
import { system } from '../support/system.js';
import { LogHarness } from '../events/log.harness.js';
import { eventually } from '../support/api.js';
import { CuttingProxy } from '../support/cutting-proxy.harness.js';
import { type FeedLogHarness, createFeedLog } from './feed-log.harness.js';
import { startHooksService, type HooksServiceHarness } from './hooks-service.harness.js';
import { get, page, Reader, sequenceIn } from './feed-reader.harness.js';

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

const facts = (count: number) => Array.from({ length: count }, () => ({ type: 'test.happened', subject: 'A' }));

/** The beginning of a stream, until something is in it. */
async function streamed(lastEventId: string, until: RegExp, query = ''): Promise<{ status: number; text: string }> {
  const controller = new AbortController();
  open.push({ close: () => controller.abort() });
  const headers = { 'last-event-id': lastEventId };
  const response = await fetch(new URL(`/v1/events/stream${query}`, gateway.url), { headers, signal: controller.signal });
  let text = '';
  for await (const chunk of response.body!) {
    text += new TextDecoder().decode(chunk as Uint8Array);
    if (until.test(text)) break;
  }
  return { status: response.status, text };
}

describe('a Last-Event-ID', () => {
  it('that is empty counts as none', async () => {
    const { next } = await page(gateway.url, { after: 'now' });
    const { status, text } = await streamed('', /\n\n/);
    expect([status, text]).toEqual([200, `retry: 3000\nid: ${next}\n\n`]);
  });

  it.each(['garbage', '17-', 'now', '99999999999999999999', '00000000000000000000-0123456789ab', '1, 2'])(
    'of no use (%s) is answered with a gap and everything that is kept',
    async (id) => {
      const [event] = await log.append(...facts(1));
      const { status, text } = await streamed(id, new RegExp(event!.id), '?after=now');
      expect(status).toBe(200);
      const [, cursor, data] = /^event: gap\nid: (\S+)\ndata: (.*)$/m.exec(text)!;
      expect(JSON.parse(data!)).toMatchObject({ status: 422, code: 'INVALID_CURSOR', oldest: cursor });
      expect(sequenceIn(cursor!)).toBe('0'.repeat(20));
    },
  );

  it('of events that are no longer kept is answered with a gap and what is left', async () => {
    const [first, second, third] = await log.append(...facts(3));
    await log.removeUpTo(second!.position);
    const { status, text } = await streamed(first!.sequence, new RegExp(third!.id));
    expect(status).toBe(200);
    expect(text).toMatch(new RegExp(`^event: gap\nid: ${second!.sequence}-.*\ndata: .*CURSOR_EXPIRED`, 'm'));
    expect(text).not.toContain(second!.id);
  });
});

describe('after a restore', () => {
  it('cursors of undone events are refused for good, and an EventSource continues by itself', { timeout: 60_000 }, async () => {
    const testLog = await LogHarness.create();
    const backup = `${testLog.name}_backup`;
    const service = await startHooksService(testLog.urlOf('hooks'));
    const proxy = await CuttingProxy.before(service.url);
    open.push(service, { close: () => testLog.drop() }, proxy);

    await relayed(testLog, 3);
    const kept = (await page(service.url, { after: 'now' })).next;
    await copyDatabase(testLog.name, backup);
    await relayed(testLog, 3);
    const undone = (await page(service.url, { after: 'now' })).next;
    const reader = new Reader();
    const gaps: string[] = [];
    const source = new EventSource(`${proxy.url}/v1/events/stream?after=beginning`);
    open.push(source);
    source.addEventListener('message', ({ data }) => reader.take(JSON.parse(String(data)) as never));
    source.addEventListener('gap', ({ data }) => gaps.push(String(data)));
    await reader.until(6);

    proxy.takeDown();
    await copyDatabase(backup, testLog.name);
    // By now the log is longer than it ever was, so that the position alone says nothing.
    const since = await relayed(testLog, 10);
    expect((await page(service.url, { after: kept })).items.map(({ id }) => id)).toEqual(since);
    for (let again = 0; again < 2; again++) {
      const refused = await get(service.url, `/v1/events?after=${undone}`);
      expect(refused.status).toBe(422);
      expect(await refused.json()).toMatchObject({
        code: 'INVALID_CURSOR',
        detail: expect.stringContaining('restored') as string,
      });
    }
    // A bare sequence cannot say which log it is of.
    expect((await get(service.url, `/v1/events?after=${sequenceIn(undone)}`)).status).toBe(200);

    proxy.bringUp();
    await eventually(
      async () => reader.ids,
      (ids) => since.every((id) => ids.includes(id)),
    );
    expect(gaps).toEqual([expect.stringContaining('INVALID_CURSOR')]);
  });
});

/** Puts facts into the log as a relay does, which notices a restore. @returns the ids of the events. */
async function relayed(testLog: LogHarness, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let each = 0; each < count; each++) ids.push(await testLog.emit({ aggregate: randomUUID(), version: 1 }));
  const place = { service: 'order', outbox: '"order".outbox', dead: '"order".outbox_dead' } as OutboxPlace;
  expect(await inLogTransaction(testLog.log, (log) => tryMoveBatch(log, place, 100))).toBe(count);
  return ids;
}

/** Replaces a database by a copy of another one. */
async function copyDatabase(from: string, to: string): Promise<void> {
  const server = new pg.Client({ connectionString: system().databaseAdminUrl });
  await server.connect();
  try {
    await server.query(`alter database ${from} allow_connections false`);
    await server.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [from]);
    await server.query(`drop database if exists ${to} with (force)`);
    await server.query(`create database ${to} template ${from}`);
    await server.query(`alter database ${from} allow_connections true`);
  } finally {
    await server.end();
  }
}
