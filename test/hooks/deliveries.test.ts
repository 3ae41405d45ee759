import { describe, expect, it } from 'vitest';
import { type CloudEvent, HTTP } from 'cloudevents';
import { Webhook } from 'standardwebhooks';
import { eventCatalogue } from '../../contracts/event-catalogue.js';
import { publicUrl } from '../../libs/config/public-url.js';
import { approved, command, placed, useDeliveries } from './deliveries.harness.js';

const context = useDeliveries();

describe('a delivery', () => {
  it('is the CloudEvent, signed so that the public package accepts it', async () => {
    const hook = await context.harness.hook({ url: `${context.receiver.url}?tenant=a%20b` });
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const event = placed();
    const [id] = await context.harness.log({ ...event, traceparent, data: { name: 'Ünïcøde 🚀' } });
    expect(await context.harness.run()).toBe(1);
    const [request] = context.receiver.received;
    const { headers, body, path } = request!;
    expect(path).toBe('/hook?tenant=a%20b');
    expect(headers).toMatchObject({
      'webhook-id': id,
      'content-type': 'application/cloudevents+json; charset=utf-8',
      'x-hook-attempt': '1',
      'user-agent': 'Roundtrip-Hooks/1',
    });
    expect(headers.traceparent).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01$/);
    expect(headers.traceparent).not.toContain('b7ad6b7169203331');
    const verified = new Webhook(hook.secret).verify(body, headers as Record<string, string>);
    expect(verified).toMatchObject({ id, type: 'com.roundtrip.order.placed.v1', data: { name: 'Ünïcøde 🚀' } });
    const received = HTTP.toEvent({ headers, body }) as CloudEvent<unknown>;
    expect(received.validate()).toBe(true);
    expect(received).toMatchObject({ id, type: 'com.roundtrip.order.placed.v1', subject: event.aggregateId });
    const [delivery] = await context.harness.deliveriesOf(hook.hookId);
    expect(delivery).toMatchObject({
      state: 'succeeded',
      eventId: id,
      attemptCount: 1,
      lastStatus: 204,
      deliveryId: headers['x-hook-delivery'],
    });
    expect(JSON.stringify(delivery)).not.toContain(hook.secret.slice(6));
  });

  it.each([
    ['tested', false],
    ['verify', true],
  ])('that is about the hook itself, %s, is a CloudEvent with a schema, too', async (what, verify) => {
    const hook = await context.harness.hook({ url: context.receiver.url, verify });
    if (!verify) await context.harness.endpoints.test(hook.hookId, command);
    expect(await context.harness.run()).toBe(1);
    const { headers, body } = context.receiver.received[0]!;
    const event = HTTP.toEvent({ headers, body }) as CloudEvent<unknown>;
    // Throws for what CloudEvents does not allow, as a `dataschema` that is only a path.
    expect(event.validate()).toBe(true);
    const type = `hooks.endpoint.${what}`;
    expect(event).toMatchObject({ type: `com.roundtrip.${type}.v1`, subject: hook.hookId });
    expect(event.dataschema).toBe(publicUrl(`/v1/event-types/${type}/v1`));
    expect(eventCatalogue.get(type)!.versions[0]!.schema.parse(event.data)).toEqual(event.data);
  });

  it('says that its version ends, where that is what the hook is pinned to', async () => {
    await context.harness.hook({ url: context.receiver.url, types: ['order.approved@1'] });
    const [id] = await context.harness.log(approved('ORDER-ENDS'));
    await context.harness.run();
    expect(context.receiver.received.map(({ event }) => event)).toMatchObject([
      {
        id,
        type: 'com.roundtrip.order.approved.v1',
        deprecated: true,
        deprecationfrom: '2026-11-21T00:00:00Z',
        deprecationsunset: '2027-05-21T00:00:00Z',
        deprecationmigration: expect.stringMatching(/\/v1\/event-types\/order\.approved$/) as string,
        data: { total: { amount: 100, currency: 'EUR' } },
      },
    ]);
  });

  it('is sent once to each endpoint that wants its type, and to no other', async () => {
    const exact = await context.harness.hook({ url: context.receiver.url, types: ['order.approved'] });
    const all = await context.harness.hook({ url: context.receiver.url, types: ['order.*', 'order.approved', '*'] });
    const other = await context.harness.hook({ url: context.receiver.url, types: ['trip.*'] });
    await context.harness.log(placed(), { ...approved('ORDER-X'), aggregateVersion: 2 });
    await context.harness.run();
    const types = async (hookId: string) => (await context.harness.deliveriesOf(hookId)).map(({ type }) => type);
    expect(await types(exact.hookId)).toEqual(['order.approved']);
    expect(await types(all.hookId)).toEqual(['order.placed', 'order.approved']);
    expect(await types(other.hookId)).toEqual([]);
  });

  it('is not made of events from before the endpoint', async () => {
    await context.harness.log(placed());
    const hook = await context.harness.hook({ url: context.receiver.url });
    await context.harness.run();
    expect(await context.harness.deliveriesOf(hook.hookId)).toEqual([]);
  });

  it('is application/json on request', async () => {
    await context.harness.hook({ url: context.receiver.url, contentMode: 'json' });
    await context.harness.log(placed());
    await context.harness.run();
    expect(context.receiver.received[0]!.headers['content-type']).toBe('application/json; charset=utf-8');
  });
});
