import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventPage } from '../../contracts/event/event-feed.js';
import { eventually } from '../support/api.js';
import { type GatewayHarness, startTestGateway } from '../support/gateway.harness.js';
import { type FeedLogHarness, createFeedLog } from './feed-log.harness.js';
import { startHooksService, type HooksServiceHarness } from './hooks-service.harness.js';
import { get, page, sequenceIn } from './feed-reader.harness.js';

let log: FeedLogHarness & { hooksUrl: string };
let hooks: HooksServiceHarness;
let gateway: GatewayHarness;
let url: string;

beforeAll(async () => {
  log = await createFeedLog();
  hooks = await startHooksService(log.hooksUrl);
  gateway = await startTestGateway({ HOOKS_URL: hooks.url });
  url = gateway.url;
});
afterAll(async () => {
  await gateway?.close();
  await hooks?.close();
  await log?.close();
});

const at = (sequence: string) => expect.stringMatching(new RegExp(`^${sequence}-[0-9a-f]{12}$`)) as string;
const fact = (subject: string, type = 'test.happened') => ({ type, subject });
const facts = (count: number, subject: string, type?: string) => Array.from({ length: count }, () => fact(subject, type));

/** In this order: the log begins empty, and some of it is removed at the end. */
describe('polling', () => {
  it('gives a cursor for an empty log that stays good when the first event does not come at position 1', async () => {
    const { items, next } = await page(url, {});
    expect(items).toEqual([]);
    expect(sequenceIn(next)).toBe('0'.repeat(20));
    await log.waste(3);
    const [first] = await log.append(fact('first'));
    expect(first!.position).toBe(4);
    expect(await page(url, { after: next })).toMatchObject({
      items: [{ id: first!.id, sequence: first!.sequence }],
      next: at(first!.sequence),
    });
  });

  it('returns every event once and in order, page by page, although transactions rolled back in between', async () => {
    const expected: string[] = [];
    for (let batch = 0; batch < 5; batch++) {
      expected.push(...(await log.append(...facts(7, 'A'))).map(({ id }) => id));
      await log.waste(2);
    }
    const read: string[] = [];
    let after = 'beginning';
    for (;;) {
      const { items, next } = await page(url, { after, limit: 10, types: 'test.happened', subject: 'A' });
      expect(after === 'beginning' || next >= after).toBe(true);
      if (items.length === 0) break;
      read.push(...items.map(({ id }) => id));
      after = next;
    }
    expect(read).toEqual(expected);
  });

  it('does not scan filtered events twice', async () => {
    const start = (await page(url, { after: 'now' })).next;
    const passed = await log.append(...facts(300, 'noise', 'noise.made'));
    const empty = await page(url, { after: start, types: 'rare.*' });
    expect(empty).toEqual({ items: [], next: at(passed.at(-1)!.sequence) });
    const [rare] = await log.append(fact('R', 'rare.seen'), ...facts(10, 'noise', 'noise.made'));
    expect(await page(url, { after: empty.next, types: 'rare.*', limit: 1 })).toMatchObject({
      items: [{ id: rare!.id }],
      next: at(rare!.sequence),
    });
    for (const types of ['rare.seen,other.thing', 'rare.*']) {
      expect((await page(url, { after: start, types })).items.map(({ id }) => id)).toEqual([rare!.id]);
      expect((await page(url, { after: start, types, subject: 'nobody' })).items).toEqual([]);
    }
  });

  it('takes a list as one parameter or as several', async () => {
    const { next: after } = await page(url, { after: 'now' });
    await log.append(fact('L', 'list.first'), fact('L', 'list.second'), fact('L', 'list.third'));
    const typesFor = async (query: string) => {
      const response = await get(url, `/v1/events?after=${after}&${query}`);
      expect(response.status, query).toBe(200);
      return ((await response.json()) as EventPage).items.map(({ type }) => type.split('.').at(-2));
    };
    for (const query of [
      'types=list.first,list.third',
      'types=list.first&types=list.third',
      'types=list.first&types=list.third,rare.*',
    ])
      expect(await typesFor(query), query).toEqual(['first', 'third']);
    expect(await typesFor('versions=order.approved@1&versions=trip.booked@1')).toHaveLength(3);
    for (const path of ['/v1/events.atom', '/v1/events/archive/1'])
      expect((await get(url, `${path}?types=list.first&types=list.third`)).status, path).toBe(200);
    expect((await get(url, '/v1/events/socket?types=list.first&types=list.third')).status).toBe(426);
  });

  it('scans 5,000 positions in a call and continues from there', async () => {
    const start = (await page(url, { after: 'now' })).next;
    for (let batch = 0; batch < 6; batch++) await log.append(...facts(1_000, 'noise', 'noise.made'));
    const [found] = await log.append(fact('needle', 'rare.found'));
    const first = await page(url, { after: start, types: 'rare.found', wait: 30 });
    expect(first).toEqual({ items: [], next: at(String(Number(sequenceIn(start)) + 5_000).padStart(20, '0')) });
    expect((await page(url, { after: first.next, types: 'rare.found' })).items).toMatchObject([{ id: found!.id }]);
  });

  it('begins at a time', async () => {
    const { next } = await page(url, { after: 'now' });
    await log.append(fact('T'));
    const { recordedtime } = (await page(url, { after: next })).items[0]!;
    const after = new Date(Date.parse(recordedtime) + 1).toISOString();
    await eventually(
      async () => Date.now(),
      (now) => now > Date.parse(after),
    );
    const [since] = await log.append(fact('T'));
    expect((await page(url, { after })).items.map(({ id }) => id)).toEqual([since!.id]);
    expect(await page(url, { after: '2020-01-01T00:00:00Z', limit: 3 })).toEqual(
      await page(url, { after: 'beginning', limit: 3 }),
    );
  });

  it('answers a long poll as soon as something that it asks for comes, and only then', async () => {
    const { next } = await page(url, { after: 'now' });
    let answered = false;
    const waiting = get(url, `/v1/events?after=${next}&types=late.come&wait=30`).then(async (response) => {
      answered = true;
      return { cache: response.headers.get('cache-control'), page: (await response.json()) as EventPage };
    });
    const [noise] = await log.append(fact('noise', 'noise.made'));
    // Once another long poll has seen it, the first one has seen it, too.
    expect(sequenceIn((await page(url, { after: next, wait: 30 })).next)).toBe(noise!.sequence);
    expect(answered).toBe(false);
    const [come] = await log.append(fact('L', 'late.come'));
    const { cache, page: answer } = await waiting;
    expect(answer).toMatchObject({ items: [{ id: come!.id }], next: at(come!.sequence) });
    expect(cache).toBe('no-store');
  });

  it('ends a long poll in time with a cursor that has moved over what was passed', async () => {
    const { next } = await page(url, { after: 'now' });
    const waiting = page(url, { after: next, types: 'never.comes', wait: 2 });
    const [noise] = await log.append(fact('noise', 'noise.made'));
    expect(await waiting).toEqual({ items: [], next: at(noise!.sequence) });
  });

  it('lets full pages be kept for a while, and says of the last one whether it has changed', async () => {
    const { next: first } = await page(url, { limit: 1 });
    const cacheOf = async (after: string) => (await get(url, `/v1/events?after=${after}&limit=2`)).headers.get('cache-control');
    // A version that is published later renders them again.
    expect(await cacheOf(first)).toBe('max-age=3600');
    for (const after of ['beginning', sequenceIn(first)]) expect(await cacheOf(after)).toBe('no-cache');

    const { next } = await page(url, { after: 'now' });
    const last = await get(url, `/v1/events?after=${next}`);
    expect(last.headers.get('cache-control')).toBe('no-cache');
    const known = { 'if-none-match': last.headers.get('etag')! };
    const same = await get(url, `/v1/events?after=${next}`, known);
    expect([same.status, await same.text()]).toEqual([304, '']);
    await log.append(fact('update'));
    const changed = await get(url, `/v1/events?after=${next}`, known);
    expect(changed.status).toBe(200);
    expect(((await changed.json()) as EventPage).items).toHaveLength(1);
  });

  it('answers with a batch of CloudEvents on request, with the cursor in the headers', async () => {
    const response = await get(url, '/v1/events?limit=2&subject=A', { accept: 'application/cloudevents-batch+json' });
    expect(response.headers.get('content-type')).toContain('application/cloudevents-batch+json');
    const batch = (await response.json()) as { sequence: string }[];
    expect(batch).toHaveLength(2);
    const next = response.headers.get('events-cursor')!;
    expect(sequenceIn(next)).toBe(batch[1]!.sequence);
    expect(response.headers.get('link')).toBe(`</v1/events?after=${next}&limit=2&subject=A>; rel="next"`);
  });

  it('reads one event by each of its ids, in the version of the id', async () => {
    const data = { orderId: 'ORDER-ONE', customerId: 'CUST-ALICE', total: { amount: 100, currency: 'EUR' } };
    const [before, event] = await log.append(fact('before'), { type: 'order.approved', subject: 'in-two-versions', data });
    const read = async (id: string) => (await (await get(url, `/v1/events/${id}`)).json()) as { id: string; type: string };
    const { items } = await page(url, { after: before!.sequence });
    expect(items[0]!.id).toBe(`${event!.id}-v2`);
    expect(await read(items[0]!.id)).toEqual(items[0]);
    expect(await read(event!.id)).toMatchObject({ id: event!.id, type: 'com.roundtrip.order.approved.v1' });
    for (const none of ['-v3', '-v0', '-v', '-v2x']) expect((await get(url, `/v1/events/${event!.id}${none}`)).status).toBe(404);
  });

  it('reads one event', async () => {
    const [event] = await log.append(fact('one'));
    const response = await get(url, `/v1/events/${event!.id}`);
    expect(await response.json()).toMatchObject({
      specversion: '1.0',
      id: event!.id,
      sequence: event!.sequence,
      type: 'com.roundtrip.test.happened.v1',
      subject: 'one',
    });
    const known = await get(url, `/v1/events/${event!.id}`, { 'if-none-match': `"x", ${response.headers.get('etag')}` });
    expect(known.status).toBe(304);
    for (const id of ['nobody', '00000000-0000-4000-8000-000000000000', "'", `${event!.id}x`]) {
      const missing = await get(url, `/v1/events/${id}`);
      expect([missing.status, ((await missing.json()) as { code: string }).code]).toEqual([404, 'EVENT_NOT_FOUND']);
    }
  });

  it.each([
    'after=garbage',
    'after=',
    'after=-1',
    'after=1.5',
    'after=1e3',
    'after=99999999999999999999',
    'after=9007199254740993',
    'after=00000000009999999999',
    'after=2026-13-45T00:00:00Z',
    'after=yesterday',
    'after=a&after=b',
    'limit=0',
    'limit=201',
    'limit=1e9',
    'limit=x',
    'wait=31',
    'wait=-1',
    'wait=0.5',
    'wait=',
    'wait=x',
    'types=order',
    'types=',
    'types=*',
    'types=order.approved,',
    'types=Order.Approved',
    `types=${'a.b,'.repeat(1_000)}a.b`,
    'subject=',
    'subject=%00',
    "subject=x'%20or%20'1'='1",
    'surprise=1',
    '__proto__=1',
    'types[]=order.*',
  ])('refuses ?%s with a problem', async (query) => {
    const paths = ['/v1/events', '/v1/events/stream', '/v1/events/socket', '/v1/events.atom', '/v1/events/archive/1'];
    for (const base of [url, hooks.url]) {
      for (const path of paths) {
        const response = await get(base, `${path}?${query}`);
        expect([400, 422], `${path}?${query}`).toContain(response.status === 426 ? 422 : response.status);
        expect(response.headers.get('content-type')).toContain('application/problem+json');
        expect(await response.json()).toMatchObject({ status: response.status, code: expect.stringMatching(/^[A-Z_]+$/) });
      }
    }
  });

  it('answers a cursor below the floor with the place to continue, and serves readers that missed nothing', async () => {
    const [a, b, c] = await log.append(...facts(3, 'kept'));
    await log.waste(5);
    const [d] = await log.append(fact('kept'));
    await log.removeUpTo(b!.position);
    for (const after of [a!.sequence, '0', '2020-01-01T00:00:00Z']) {
      const response = await get(url, `/v1/events?after=${after}`);
      expect(response.status).toBe(410);
      expect(await response.json()).toMatchObject({ code: 'CURSOR_EXPIRED', oldest: at(b!.sequence) });
      expect(sequenceIn(response.headers.get('events-cursor')!)).toBe(b!.sequence);
    }
    const rest = { items: [{ id: c!.id }, { id: d!.id }], next: at(d!.sequence) };
    expect(await page(url, { after: b!.sequence })).toMatchObject(rest);
    expect(await page(url, { after: 'beginning' })).toMatchObject(rest);
    // There is nothing left after c but a gap: its reader has missed nothing, though the oldest event that is kept lies far beyond.
    await log.removeUpTo(c!.position);
    expect(await page(url, { after: c!.sequence })).toMatchObject({ items: [{ id: d!.id }] });
    await log.removeUpTo(d!.position);
    expect(await page(url, { after: d!.sequence })).toEqual({ items: [], next: at(d!.sequence) });
    for (const path of [`/v1/events/stream?after=${a!.sequence}`, '/v1/events/archive/1'])
      expect((await get(url, path)).status, path).toBe(410);
  });
});
