import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { system } from '../support/system.js';
import { FeedLogHarness } from './feed-log.harness.js';
import { get, page, Reader, socket, stream } from './feed-reader.harness.js';

let log: FeedLogHarness;
beforeAll(() => {
  log = new FeedLogHarness(system().databaseAdminUrl);
});
afterAll(() => log.close());

const V1 = 'com.roundtrip.order.approved.v1';
const V2 = 'com.roundtrip.order.approved.v2';

/** An order that was approved before version 2 of the event, as the log still has it. */
async function approvedOfOld() {
  const subject = randomUUID();
  const total = { amount: 3_000, currency: 'EUR' };
  const { next: after } = await page(system().gatewayUrl, { after: 'now' });
  const [event] = await log.append({
    type: 'order.approved',
    subject,
    data: { orderId: subject, customerId: 'CUST-ALICE', total },
  });
  return { event: event!, subject, total, after };
}

describe('an event that was stored in an older version', () => {
  it('comes in the newest one, under an id of its own and the occurrence that it is', async () => {
    const { event, subject, total, after } = await approvedOfOld();
    const { items } = await page(system().gatewayUrl, { after, subject });
    expect(items).toMatchObject([
      { id: `${event.id}-v2`, occurrenceid: event.id, type: V2, sequence: event.sequence, data: { credit: { reserved: total } } },
    ]);
    expect(items[0]).not.toHaveProperty('deprecated');
  });

  it('is sent as written to a reader that pins the version, through every API, and is marked as deprecated', async () => {
    const { event, subject, total, after } = await approvedOfOld();
    const { gatewayUrl } = system();
    const versions = 'order.approved@1';
    const reader = new Reader();
    const { items } = await page(gatewayUrl, { after, subject, versions });
    for (const item of items) reader.take(item);
    const query = new URLSearchParams({ after, subject, versions }).toString();
    const source = stream(gatewayUrl, query, reader);
    await reader.until(2);
    source.close();
    const { socket: opened } = await socket(gatewayUrl, query, reader);
    await reader.until(3);
    opened.terminate();
    for (const item of reader.events) {
      expect(item).toMatchObject({ id: event.id, type: V1, deprecated: true, data: { orderId: subject, total } });
    }
  });

  it('is marked in the response, too, if its version is deprecated', async () => {
    const { event, subject } = await approvedOfOld();
    const { gatewayUrl } = system();
    const toldBy = async (path: string, init: RequestInit = {}) => {
      const controller = new AbortController();
      const { status, headers } = await fetch(new URL(path, gatewayUrl), { ...init, signal: controller.signal });
      controller.abort();
      expect(status, path).toBe(200);
      return [headers.get('deprecation'), headers.get('sunset'), headers.get('link')];
    };
    const ends = [`@${Date.parse('2026-11-21T00:00:00Z') / 1_000}`, 'Fri, 21 May 2027 00:00:00 GMT'];
    const rel = /\/v1\/event-types\/order\.approved>; rel="deprecation"/;
    for (const path of [
      `/v1/events?subject=${subject}&versions=order.approved@1`,
      `/v1/events/stream?versions=order.approved@1`,
      `/v1/events/${event.id}`,
    ])
      expect(await toldBy(path), path).toEqual([...ends, expect.stringMatching(rel)]);
    expect((await toldBy(`/v1/events?versions=order.approved@1`))[2]).toMatch(/rel="next"/);
    for (const path of ['/v1/events?limit=1', '/v1/events?versions=order.approved@2', '/v1/events.atom'])
      expect((await toldBy(path)).slice(0, 2), path).toEqual([null, null]);
  });

  it.each(['order.approved@9', 'order.unheard-of@1', 'order.approved'])(
    'is refused in %s, which cannot be had',
    async (versions) => {
      for (const door of ['', '/stream']) {
        const response = await get(system().gatewayUrl, `/v1/events${door}?versions=${versions}`);
        expect(response.status, door).toBe(422);
        expect(await response.json()).toMatchObject({ code: expect.any(String), errors: [{ pointer: '/versions' }] });
      }
      await expect(socket(system().gatewayUrl, `versions=${versions}`, new Reader())).rejects.toThrow(/^422 /);
    },
  );
});
