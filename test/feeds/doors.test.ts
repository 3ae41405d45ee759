import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { system } from '../support/system.js';
import { atomSince } from './atom-reader.harness.js';
import { FeedLogHarness } from './feed-log.harness.js';
import { get, page, Reader, socket, stream } from './feed-reader.harness.js';

let log: FeedLogHarness;
beforeAll(() => {
  log = new FeedLogHarness(system().databaseAdminUrl);
});
afterAll(() => log.close());

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
    for (const event of await atomSince(gatewayUrl, reader.last, filter)) reader.take(event);
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
      paths: Record<string, { get?: { parameters?: { name: string; schema: object }[]; responses: object } }>;
    };
    const parameters = (path: string) => paths[path]?.get?.parameters?.map(({ name }) => name).sort();
    expect(parameters('/v1/events')).toEqual(['after', 'limit', 'subject', 'types', 'versions', 'wait']);
    const list = { type: 'array', items: expect.objectContaining({ type: 'string' }) as object };
    for (const path of ['/v1/events', '/v1/events/stream', '/v1/events.atom'])
      expect(paths[path]!.get!.parameters!.find(({ name }) => name === 'types')!.schema, path).toMatchObject(list);
    expect(parameters('/v1/events/stream')).toEqual(['Last-Event-ID', 'after', 'subject', 'types', 'versions']);
    expect(parameters('/v1/events/socket')).toEqual(['after', 'subject', 'types', 'versions', 'want']);
    expect(parameters('/v1/events.atom')).toEqual(['subject', 'types']);
    expect(Object.keys(paths['/v1/events']!.get!.responses)).toEqual(expect.arrayContaining(['200', '304', '410', '422', '503']));
  });
});
