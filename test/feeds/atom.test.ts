import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CloudEvent } from '../../contracts/event/cloud-event.js';
import { publicUrl } from '../../libs/config/public-url.js';
import { type GatewayHarness, startTestGateway } from '../support/gateway.harness.js';
import { all, ATOM, type Element, link, parse } from './atom-reader.harness.js';
import { type FeedLogHarness, createFeedLog } from './feed-log.harness.js';
import { startHooksService, type HooksServiceHarness } from './hooks-service.harness.js';
import { get } from './feed-reader.harness.js';

const eventOf = (entry: Element) => JSON.parse(all(entry, 'content')[0]!.text) as CloudEvent;
const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;

/** The requirements of RFC 4287 for a feed and its entries. */
function expectAtom(feed: Element): void {
  expect([feed.name, feed.namespace]).toEqual(['feed', ATOM]);
  for (const name of ['id', 'title', 'updated', 'author']) expect(all(feed, name), name).toHaveLength(1);
  expect(all(feed, 'id')[0]!.text).toMatch(/^urn:uuid:[0-9a-f-]{36}$/);
  expect(all(feed, 'updated')[0]!.text).toMatch(RFC3339);
  expect(all(all(feed, 'author')[0]!, 'name')[0]!.text).not.toBe('');
  const ids = all(feed, 'entry').map((entry) => {
    for (const name of ['id', 'title', 'updated', 'published', 'content']) expect(all(entry, name), name).toHaveLength(1);
    for (const name of ['updated', 'published']) expect(all(entry, name)[0]!.text).toMatch(RFC3339);
    expect(all(entry, 'category')[0]!.attributes['term']).toBe(eventOf(entry).type);
    expect(all(entry, 'id')[0]!.text).toBe(`urn:uuid:${eventOf(entry).occurrenceid}`);
    expect(all(entry, 'content')[0]!.attributes['type']).toBe('text');
    return all(entry, 'id')[0]!.text;
  });
  expect(new Set(ids).size).toBe(ids.length);
}

let log: FeedLogHarness & { hooksUrl: string };
let hooks: HooksServiceHarness;
let gateway: GatewayHarness;

beforeAll(async () => {
  log = await createFeedLog();
  hooks = await startHooksService(log.hooksUrl);
  gateway = await startTestGateway({ HOOKS_URL: hooks.url });
});
afterAll(async () => {
  await gateway?.close();
  await hooks?.close();
  await log?.close();
});

async function read(path: string): Promise<{ feed: Element; text: string; response: Response }> {
  const response = await get(gateway.url, path);
  const text = await response.text();
  expect(response.status, text).toBe(200);
  expect(response.headers.get('content-type')).toBe('application/atom+xml; charset=utf-8');
  const feed = parse(text);
  expectAtom(feed);
  return { feed, text, response };
}

/** Follows the archive back from the current document, as a reader does that has been away; entries oldest first, each once. */
async function everything(path = '/v1/events.atom'): Promise<CloudEvent[]> {
  const events = new Map<string, CloudEvent>();
  for (let next: string | undefined = path; next;) {
    const { feed } = await read(next);
    for (const entry of all(feed, 'entry')) events.set(all(entry, 'id')[0]!.text, eventOf(entry));
    next = link(feed, 'prev-archive');
  }
  return [...events.values()].toSorted((a, b) => (a.sequence < b.sequence ? -1 : 1));
}

const facts = (count: number, subject = 'A') => Array.from({ length: count }, () => ({ type: 'test.happened', subject }));

describe('the Atom feed', () => {
  it('is a feed while the log is still empty', async () => {
    const { feed } = await read('/v1/events.atom');
    expect(all(feed, 'entry')).toEqual([]);
    expect(all(feed, 'link')[0]!.attributes['href']).toBe(publicUrl('/v1/events.atom'));
    expect(link(feed, 'prev-archive')).toBeUndefined();
    expect((await get(gateway.url, '/v1/events/archive/2')).status).toBe(404);
    const open = await get(gateway.url, '/v1/events/archive/1');
    expect([open.status, open.headers.get('location')]).toEqual([307, '/v1/events.atom']);
  });

  it('has all events, the newest first, back through the archive', async () => {
    const written = await log.append(...facts(150));
    await log.waste(120);
    written.push(...(await log.append(...facts(80))));
    expect((await everything()).map(({ id }) => id)).toEqual(written.map(({ id }) => id));
    const { feed } = await read('/v1/events.atom');
    const sequences = all(feed, 'entry').map((entry) => eventOf(entry).sequence);
    expect(sequences).toEqual(sequences.toSorted().toReversed());
    expect(sequences[0]).toBe(written.at(-1)!.sequence);
  });

  it('never changes a byte of a closed page', async () => {
    const before = await read('/v1/events/archive/1');
    expect(before.response.headers.get('cache-control')).toContain('immutable');
    expect(all(before.feed, 'archive')[0]!.namespace).toBe('http://purl.org/syndication/history/1.0');
    expect(link(before.feed, 'current')).toBe('/v1/events.atom');
    const newest = await newestClosed();
    const closed = await read(`/v1/events/archive/${newest}`);
    await log.append(...facts(250));
    expect(await newestClosed()).toBeGreaterThan(newest);
    for (const [page, known] of [
      [1, before],
      [newest, closed],
    ] as const) {
      const after = await read(`/v1/events/archive/${page}`);
      expect(after.text).toBe(known.text);
      const etag = known.response.headers.get('etag')!;
      expect(etag).toMatch(/^"[^"]+"$/);
      expect((await get(gateway.url, `/v1/events/archive/${page}`, { 'if-none-match': etag })).status).toBe(304);
    }
  });

  it('leads from the first page forward to the current document', async () => {
    let path = '/v1/events/archive/1';
    let pages = 0;
    for (;;) {
      const response = await get(gateway.url, path);
      if (response.status === 307) break;
      path = link(parse(await response.text()), 'next-archive')!;
      pages++;
    }
    expect(pages).toBe(await newestClosed());
  });

  it('says that nothing is new until something is', async () => {
    const { response } = await read('/v1/events.atom');
    const known = { 'if-none-match': response.headers.get('etag')! };
    expect((await get(gateway.url, '/v1/events.atom', known)).status).toBe(304);
    await log.append(...facts(1));
    expect((await get(gateway.url, '/v1/events.atom', known)).status).toBe(200);
  });

  it('has an id of its own in every installation, and keeps it over a restore', async () => {
    const idAt = async (url: string) => all(parse(await (await get(url, '/v1/events.atom')).text()), 'id')[0]!.text;
    const otherLog = await createFeedLog();
    const other = await startHooksService(otherLog.hooksUrl);
    try {
      const id = await idAt(hooks.url);
      expect(await idAt(other.url)).not.toBe(id);
      await log.beginEpoch();
      expect(await idAt(hooks.url)).toBe(id);
    } finally {
      await other.close();
      await otherLog.close();
    }
  });

  it('keeps the bytes of an event whose version is deprecated or has had its sunset', async () => {
    const data = { orderId: 'O-OLD', customerId: 'CUST-ALICE', total: { amount: 100, currency: 'EUR' } };
    const [event] = await log.append({ type: 'order.approved', subject: 'O-OLD', data });
    const { feed } = await read('/v1/events.atom?types=order.approved');
    expect(eventOf(all(feed, 'entry')[0]!)).toMatchObject({ id: event!.id, type: 'com.roundtrip.order.approved.v1', data });
    expect(eventOf(all(feed, 'entry')[0]!)).not.toHaveProperty('deprecated');
    const one = await get(gateway.url, `/v1/events/${event!.id}`);
    expect(one.headers.get('cache-control')).toContain('immutable');
    expect(await one.json()).toEqual(eventOf(all(feed, 'entry')[0]!));
  });

  it('filters, with links that keep the filter', async () => {
    const written = await log.append(...facts(3, 'B'), { type: 'other.happened', subject: 'B' });
    const path = '/v1/events.atom?types=test.*&subject=B';
    expect((await everything(path)).map(({ id }) => id)).toEqual(written.slice(0, 3).map(({ id }) => id));
    const { feed } = await read(path);
    expect(link(feed, 'prev-archive')).toMatch(/^\/v1\/events\/archive\/\d+\?types=test\.\*&subject=B$/);
    const unfiltered = await read('/v1/events.atom');
    expect(all(feed, 'id')[0]!.text).not.toBe(all(unfiltered.feed, 'id')[0]!.text);
  });

  it('stays well-formed with any content of an event, and keeps it', async () => {
    const data = { text: '<a b="c">&amp;]]></a>\0\u0001\u000B\uFFFE\uFFFF\uD800 💩\r\n\t\u0085\u2028' };
    const [event] = await log.append({ type: 'test.odd', subject: 'odd', data });
    const { feed } = await read('/v1/events.atom?types=test.odd');
    const [entry] = all(feed, 'entry');
    expect(eventOf(entry!)).toMatchObject({ id: event!.id, data });
    expect(eventOf(entry!)).toEqual(await (await get(gateway.url, link(entry!, 'alternate')!)).json());
  });
});

async function newestClosed(): Promise<number> {
  const { feed } = await read('/v1/events.atom');
  return Number(/archive\/(\d+)/.exec(link(feed, 'prev-archive')!)![1]);
}
