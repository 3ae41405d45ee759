import { Parser } from '@asyncapi/parser';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import pg from 'pg';
import { afterEach, describe, expect, it } from 'vitest';
import { eventCatalogue } from '../../contracts/event-catalogue.js';
import { EventTypeResource } from '../../contracts/event/event-type.resource.js';
import type { HookCreated } from '../../contracts/hooks/hook.resource.js';
import type { Page } from '../../contracts/values/page.js';
import type { LoggedEvent } from '../../libs/messaging/event/logged-event.js';
import { renderEvent } from '../../libs/messaging/event/render-event.js';
import { call, ended, eventually, placeOrder, richestCustomer } from '../support/api.js';
import { unreachableAddress, type GatewayHarness, startTestGateway } from '../support/gateway.harness.js';
import { system } from '../support/system.js';

let gateway: GatewayHarness | undefined;
afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
});

async function pages(limit: number): Promise<EventTypeResource[]> {
  const items: EventTypeResource[] = [];
  for (let after = ''; ;) {
    const { status, body } = await call<Page<EventTypeResource>>('GET', `/v1/event-types?limit=${limit}${after}`);
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body.items.length).toBeLessThanOrEqual(limit);
    items.push(...body.items);
    if (body.next === null) return items;
    after = `&after=${encodeURIComponent(body.next)}`;
  }
}

describe('GET /v1/event-types', () => {
  it('lists every type with its versions, each with a sample that fits the schema it leads to', async () => {
    const items = await pages(200);
    expect(items.map(({ type }) => type)).toEqual([...eventCatalogue.keys()]);
    const ajv = new Ajv({ strict: false });
    formats.default(ajv);
    for (const item of items) {
      expect(EventTypeResource.strict().safeParse(item).error).toBeUndefined();
      for (const { schema, sample, name } of item.versions) {
        const served = await call<object>('GET', schema);
        expect(served, name).toMatchObject({ status: 200, body: { $id: schema } });
        expect(served.headers.get('content-type')).toBe('application/schema+json; charset=utf-8');
        const validate = ajv.compile(served.body);
        validate(sample);
        expect(validate.errors, name).toBeNull();
      }
    }
  });

  it('pages', async () => {
    const all = await pages(200);
    expect(await pages(7)).toEqual(all);
    expect(await pages(1)).toEqual(all);
  });

  it('lists which version ends, when, and the migration', async () => {
    const { body } = await call<EventTypeResource>('GET', '/v1/event-types/order.approved');
    expect(body).toMatchObject({
      type: 'order.approved',
      newest: 2,
      versions: [
        {
          name: 'com.roundtrip.order.approved.v1',
          status: 'deprecated',
          deprecatedFrom: '2026-11-21T00:00:00Z',
          sunset: '2027-05-21T00:00:00Z',
          migration: expect.stringContaining('credit.reserved'),
        },
        { name: 'com.roundtrip.order.approved.v2', status: 'active' },
      ],
    });
    const ending = await call('GET', '/v1/event-types/order.approved/v1');
    expect(ending).toMatchObject({ body: { deprecated: true } });
    expect(ending.headers.get('deprecation')).toBe(`@${Date.parse('2026-11-21T00:00:00Z') / 1_000}`);
    expect(ending.headers.get('sunset')).toBe('Fri, 21 May 2027 00:00:00 GMT');
    expect(ending.headers.get('link')).toMatch(/\/v1\/event-types\/order\.approved>; rel="deprecation"/);
    expect((await call('GET', '/v1/event-types/order.approved/v2')).headers.get('deprecation')).toBeNull();
  });

  it('counts who is still pinned to a version that ends, and does without the number where it cannot ask', async () => {
    const pinned = async () => {
      const { body } = await call<EventTypeResource>('GET', '/v1/event-types/order.approved');
      return body.versions.map(({ pinnedHooks }) => pinnedHooks);
    };
    const [before = 0] = await pinned();
    const subscribe = async (types: string[]) => {
      const { status, body } = await call<HookCreated>('POST', '/v1/hooks', { url: 'http://127.0.0.1:65000/', types });
      expect(status, JSON.stringify(body)).toBe(201);
      return body.hookId;
    };
    const hooks = [await subscribe(['order.approved@1']), await subscribe(['order.approved']), await subscribe(['trip.*'])];
    expect(await pinned()).toEqual([before + 1, undefined]);
    const listed = (await pages(200)).find(({ type }) => type === 'order.approved');
    expect(listed?.versions[0]?.pinnedHooks).toBe(before + 1);
    for (const hookId of hooks) await call('DELETE', `/v1/hooks/${hookId}`);
    expect(await pinned()).toEqual([before, undefined]);

    gateway = await startTestGateway({ HOOKS_URL: `http://${unreachableAddress}` });
    const response = await fetch(`${gateway.url}/v1/event-types/order.approved`);
    expect(response.status).toBe(200);
    expect(((await response.json()) as EventTypeResource).versions[0]).not.toHaveProperty('pinnedHooks');
  });

  it.each([
    ['/v1/event-types/order.aproved', 404, 'EVENT_TYPE_NOT_FOUND'],
    ['/v1/event-types/order.aproved/v1', 404, 'EVENT_TYPE_NOT_FOUND'],
    ['/v1/event-types/order.approved/v3', 404, 'EVENT_TYPE_NOT_FOUND'],
    ['/v1/event-types/constructor', 404, 'EVENT_TYPE_NOT_FOUND'],
    ['/v1/event-types/order.approved/2', 422, 'VALIDATION_FAILED'],
    ['/v1/event-types/order.approved/v0', 422, 'VALIDATION_FAILED'],
    ['/v1/event-types/__proto__', 422, 'VALIDATION_FAILED'],
    ['/v1/event-types?limit=0', 422, 'VALIDATION_FAILED'],
    ['/v1/event-types?after=nonsense', 422, 'INVALID_CURSOR'],
    ['/v1/event-types/order.approved?limit=1', 422, 'VALIDATION_FAILED'],
  ])('answers %s with %i %s', async (path, status, code) => {
    expect(await call('GET', path)).toMatchObject({ status, body: { code } });
  });

  it('is documentation: it needs no key where all else does', async () => {
    gateway = await startTestGateway({ AUTH: 'required', API_KEYS: 'reader:secret:events' });
    for (const path of [
      '/v1/event-types',
      '/v1/event-types/order.approved',
      '/v1/event-types/order.approved/v2',
      '/asyncapi.json',
    ])
      expect((await fetch(`${gateway.url}${path}`)).status, path).toBe(200);
    expect((await fetch(`${gateway.url}/v1/orders`)).status).toBe(401);
  });
});

describe('GET /asyncapi.json', () => {
  it('is a valid AsyncAPI document of this system', async () => {
    const { status, body } = await call<{ servers: { api: { host: string } } }>('GET', '/asyncapi.json');
    expect(status).toBe(200);
    const { document, diagnostics } = await new Parser().parse(body as never);
    expect(diagnostics.filter(({ code }) => code !== 'asyncapi-latest-version')).toEqual([]);
    expect(document!.version()).toBe('3.0.0');
    expect(body.servers.api.host).toBe(new URL(system().gatewayUrl).host);
  });
});

describe('an order that is approved', () => {
  it('is written as order.approved v2, which can be read as v1', async () => {
    const { orderId, sagaId } = await placeOrder(await richestCustomer(), 3);
    await ended(sagaId);
    const database = new pg.Client({ connectionString: system().databaseAdminUrl });
    await database.connect();
    try {
      // In the outbox or, once the relay has seen it, in the log.
      const stored = await eventually(
        async () => {
          const { rows } = await database.query<{ event_id: string; type_version: number; data: string }>(
            `select event_id, type_version, data from "order".outbox where aggregate_id = $1 and type = 'order.approved'
             union select event_id, type_version, data from events.log where aggregate_id = $1 and type = 'order.approved'`,
            [orderId],
          );
          return rows;
        },
        (rows) => rows.length === 1,
      );
      const { event_id: eventId, type_version: typeVersion, data } = stored[0]!;
      expect(typeVersion).toBe(2);
      const total = { amount: 300, currency: 'EUR' };
      expect(JSON.parse(data)).toMatchObject({
        orderId,
        credit: { reserved: total },
        lines: [{ sku: 'SKU-TOKEN', quantity: 3, unitPrice: { amount: 100, currency: 'EUR' } }],
      });
      const event = { eventId, type: 'order.approved', typeVersion, data, position: 1, service: 'order' };
      const rendered = renderEvent({ ...event, occurredAt: new Date(), recordedAt: new Date() } as LoggedEvent, 1);
      expect(rendered).toMatchObject({ id: `${eventId}-v1`, data: { orderId, total }, deprecated: true });
    } finally {
      await database.end();
    }
  });
});
