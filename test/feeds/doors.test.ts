import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CloudEvent } from '../../contracts/cloud-event.js';
import { system } from '../support/system.js';
import { all, link, parse } from './atom-reading.js';
import { LogFixture } from './log.fixture.js';
import { get, page, Reader, socket, stream } from './reading.js';

let log: LogFixture;
beforeAll(() => {
  log = new LogFixture(system().databaseAdminUrl);
});
afterAll(() => log.close());

/** The entries of the current document and of as many archive pages before it as it takes to come to an event, oldest first. */
async function atomSince(sequence: string, query: string): Promise<CloudEvent[]> {
  const events = new Map<string, CloudEvent>();
  for (let path: string | undefined = `/v1/events.atom?${query}`; path;) {
    const response = await get(system().gatewayUrl, path);
    expect(response.status, path).toBe(200);
    const feed = parse(await response.text());
    for (const entry of all(feed, 'entry')) {
      const event = JSON.parse(all(entry, 'content')[0]!.text) as CloudEvent;
      events.set(event.id, event);
    }
    const previous = link(feed, 'prev-archive');
    path = [...events.values()].some((event) => event.sequence <= sequence) ? undefined : previous;
  }
  return [...events.values()].filter((event) => event.sequence > sequence).toSorted((a, b) => (a.sequence < b.sequence ? -1 : 1));
}

describe('the doors of the running system', () => {
  it('let a consumer change from one to another without loss or repeat', async () => {
    const subject = `doors-${randomUUID()}`;
    const append = (count: number) => log.append(...Array.from({ length: count }, () => ({ type: 'doors.tried', subject })));
    const { gatewayUrl } = system();
    const filter = `types=doors.*&subject=${subject}`;
    const reader = new Reader();
    const start = (await page(gatewayUrl, { after: 'now' })).next;
    const expected = (await append(80)).map(({ id }) => id);

    let { items, next } = await page(gatewayUrl, { after: start, limit: 50, types: 'doors.*', subject });
    for (const event of items) reader.take(event);
    expect(reader.ids).toEqual(expected.slice(0, 50));

    const source = stream(gatewayUrl, `after=${next}&${filter}`, reader);
    expected.push(...(await append(20)).map(({ id }) => id));
    await reader.until(100);
    source.close();

    expected.push(...(await append(120)).map(({ id }) => id));
    for (const event of await atomSince(reader.last, filter)) reader.take(event);
    expect(reader.ids).toEqual(expected);

    const { socket: opened } = await socket(gatewayUrl, `after=${reader.last}&${filter}`, reader);
    expected.push(...(await append(30)).map(({ id }) => id));
    await reader.until(expected.length);
    opened.terminate();

    ({ items, next } = await page(gatewayUrl, { after: reader.last, types: 'doors.*', subject }));
    expect(items).toEqual([]);
    expect(reader.ids).toEqual(expected);
    expect(next >= reader.last).toBe(true);
    for (const event of reader.events.slice(0, 3))
      expect(await (await get(gatewayUrl, `/v1/events/${event.id}`)).json()).toEqual(event);
  });

  it('are described in the OpenAPI document', async () => {
    const { paths } = (await (await get(system().gatewayUrl, '/openapi.json')).json()) as {
      paths: Record<string, { get?: { parameters?: { name: string }[]; responses: object } }>;
    };
    const parameters = (path: string) => paths[path]?.get?.parameters?.map(({ name }) => name).sort();
    expect(parameters('/v1/events')).toEqual(['after', 'limit', 'subject', 'types', 'wait']);
    expect(parameters('/v1/events/stream')).toEqual(['Last-Event-ID', 'after', 'subject', 'types']);
    expect(parameters('/v1/events/socket')).toEqual(['after', 'subject', 'types', 'want']);
    expect(parameters('/v1/events.atom')).toEqual(['subject', 'types']);
    expect(Object.keys(paths['/v1/events']!.get!.responses)).toEqual(expect.arrayContaining(['200', '304', '410', '422', '503']));
  });
});
