import { CloudEvent as AnySdkEvent } from 'cloudevents';
import { register } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { CloudEvent } from '../../../contracts/event/cloud-event.js';
import { catalogueOf } from '../../../contracts/event-catalogue.js';
import type { Deprecation, VersionStep } from '../../../contracts/event/event-family.js';
import type { LoggedEvent } from './logged-event.js';
import { renderEvent, renderUnchanging } from './render-event.js';

const eventId = '0190c8a0-0000-7000-8000-000000000001';
const euros = (amount: number) => ({ amount: amount * 100, currency: 'EUR' });
const order = { orderId: 'ORDER-1', customerId: 'CUST-ALICE' };
const lines = [{ sku: 'SKU-TOKEN', quantity: 30, unitPrice: euros(1) }];

const logged = (typeVersion: number, data: unknown, type = 'order.approved'): LoggedEvent => ({
  position: 42,
  eventId,
  service: 'order',
  type,
  typeVersion,
  aggregateType: 'order',
  aggregateId: 'ORDER-1',
  aggregateVersion: 2,
  subject: 'ORDER-1',
  occurredAt: new Date('2026-11-21T12:00:00Z'),
  recordedAt: new Date('2026-11-21T12:00:01Z'),
  correlationId: 'create-order:ORDER-1',
  causationId: 'create-order:ORDER-1/approveOrder',
  traceparent: null,
  tracestate: null,
  data: JSON.stringify(data),
});
const v1 = logged(1, { ...order, total: euros(30) });
const v2 = logged(2, { ...order, credit: { reserved: euros(30) }, lines });

describe('order.approved, which has two versions', () => {
  const deprecated = {
    deprecated: true,
    deprecationfrom: '2026-11-21T00:00:00Z',
    deprecationsunset: '2027-05-21T00:00:00Z',
    deprecationmigration: 'http://127.0.0.1:3000/v1/event-types/order.approved',
  };

  it('is rendered in the newest version, also where the first is stored', () => {
    const rendered = renderEvent(v1);
    expect(rendered).toMatchObject({
      id: `${eventId}-v2`,
      occurrenceid: eventId,
      type: 'com.roundtrip.order.approved.v2',
      dataschema: 'http://127.0.0.1:3000/v1/event-types/order.approved/v2',
    });
    expect(rendered.data).toEqual({ ...order, credit: { reserved: euros(30) } });
    expect(rendered).not.toHaveProperty('deprecated');
    expect(renderEvent(v2)).toMatchObject({ id: eventId, type: 'com.roundtrip.order.approved.v2', data: { lines } });
  });

  it('is rendered in the first version for who asks for it, and says that it ends', () => {
    const rendered = renderEvent(v2, 1);
    expect(rendered).toMatchObject({
      id: `${eventId}-v1`,
      occurrenceid: eventId,
      type: 'com.roundtrip.order.approved.v1',
      dataschema: 'http://127.0.0.1:3000/v1/event-types/order.approved/v1',
      ...deprecated,
    });
    expect(rendered.data).toEqual({ ...order, total: euros(30) });
    expect(renderEvent(v1, 1)).toMatchObject({ id: eventId, data: { total: euros(30) }, ...deprecated });
  });

  it('is the same in every rendering but for what depends on the version', () => {
    const versioned = ['id', 'type', 'dataschema', 'data', ...Object.keys(deprecated)];
    const rest = (event: object) => Object.fromEntries(Object.entries(event).filter(([name]) => !versioned.includes(name)));
    expect(rest(renderEvent(v2, 1))).toEqual(rest(renderEvent(v2, 2)));
  });

  it.each([
    [v1, 1],
    [v1, 2],
    [v2, 1],
    [v2, 2],
  ])('is a CloudEvent by our schema and by the SDK of CloudEvents', (event, version) => {
    const rendered = renderEvent(event, version);
    expect(CloudEvent.strict().safeParse(rendered).error).toBeUndefined();
    const parsed = new AnySdkEvent(rendered);
    expect(parsed.validate()).toBe(true);
    expect(JSON.parse(parsed.toString())).toEqual(rendered);
  });
});

describe('an event that cannot be rendered as wished', () => {
  const counted = async (type: string, reason: string): Promise<number> => {
    const metric = await register.getSingleMetric('events_rendered_as_stored_total')!.get();
    return metric.values.find(({ labels }) => labels['type'] === type && labels['reason'] === reason)?.value ?? 0;
  };

  it.each([
    ['a type that the catalogue does not know', logged(1, { a: 1 }, 'future.happened'), 'unknown-type'],
    ['a version that the catalogue does not know', logged(9, { a: 1 }), 'unknown-version'],
    ['data that does not fit its version', logged(1, { ...order, total: 'much' }), 'unfit-data'],
    ['data that is no object', logged(1, null), 'unfit-data'],
  ])('is rendered as it is stored, and counted: %s', async (_name, event, reason) => {
    const before = await counted(event.type, reason);
    expect(renderEvent(event, 2)).toMatchObject({
      id: eventId,
      type: `com.roundtrip.${event.type}.v${event.typeVersion}`,
      data: JSON.parse(event.data) as unknown,
    });
    expect(await counted(event.type, reason)).toBe(before + 1);
  });
});

describe('a type with a version that has had its sunset', () => {
  const deprecation = (status: Deprecation['status']): Deprecation => ({
    status,
    from: '2026-01-01T00:00:00Z',
    sunset: '2026-07-01T00:00:00Z',
    migration: 'Count on.',
  });
  const step = (from: number, status: Deprecation['status']): VersionStep<{ n: number }, { n: number }> => ({
    type: 'test.counted',
    from,
    up: ({ n }) => ({ n: n * 10 + from }),
    down: ({ n }) => ({ n: (n - from) / 10 }),
    lossless: { up: true, down: true },
    deprecation: deprecation(status),
  });
  const schema = z.object({ n: z.int() });
  const catalogue = catalogueOf([
    {
      schemas: { 'test.counted.v1': schema, 'test.counted.v2': schema, 'test.counted.v3': schema },
      steps: [step(2, 'deprecated'), step(1, 'sunset')],
    },
  ]);
  const rendered = (stored: number, n: number, wish?: number) => {
    const { type, data } = renderEvent(logged(stored, { n }, 'test.counted'), wish, catalogue);
    return [type.slice(-2), (data as { n: number }).n];
  };

  it('goes step by step, up and down', () => {
    expect(rendered(1, 7)).toEqual(['v3', 712]);
    expect(rendered(1, 7, 2)).toEqual(['v2', 71]);
    expect(rendered(3, 712, 2)).toEqual(['v2', 71]);
  });

  it('is still rendered in that version for who is pinned to it, also where another one is stored', () => {
    expect(rendered(3, 712, 1)).toEqual(['v1', 7]);
    expect(rendered(1, 7, 1)).toEqual(['v1', 7]);
  });

  it('renders each version the same for ever where that is asked for, without a word of deprecation', () => {
    const unchanging = (stored: number, n: number, version: number) =>
      renderUnchanging(logged(stored, { n }, 'test.counted'), version, catalogue);
    expect(unchanging(1, 7, 1)).toMatchObject({ id: eventId, type: 'com.roundtrip.test.counted.v1', data: { n: 7 } });
    expect(unchanging(3, 712, 1)).toMatchObject({ id: `${eventId}-v1`, data: { n: 7 } });
    expect(unchanging(1, 7, 2)).toMatchObject({ id: `${eventId}-v2`, data: { n: 71 } });
    for (const version of [1, 2, 3]) expect(unchanging(1, 7, version)).not.toHaveProperty('deprecated');
    expect(unchanging(1, 7, 4)).toBeUndefined();
    expect(renderUnchanging(logged(9, { n: 1 }, 'unknown.type'), 9, catalogue)).toMatchObject({ data: { n: 1 } });
  });

  it('gives the newest to who wants one that is not there yet', () => {
    expect(rendered(1, 7, 4)).toEqual(['v3', 712]);
  });
});
