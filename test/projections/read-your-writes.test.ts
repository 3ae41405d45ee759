import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeadLetterDecided, DeadLetterOfService } from '../../contracts/event/dead-letter.resource.js';
import type { Order } from '../../contracts/order/order.resource.js';
import type { Page } from '../../contracts/values/page.js';
import type { Problem } from '../../contracts/values/problem.js';
import type { ProjectedPage } from '../../contracts/projection/projection.resource.js';
import { InMemoryChannel } from '../../libs/messaging/channel/in-memory.channel.js';
import { sequenceOf } from '../../libs/messaging/event/render-event.js';
import { call, viaGateway } from '../support/api.js';
import { unreachableAddress, type GatewayHarness, startTestGateway } from '../support/gateway.harness.js';
import { approvedOrder, ProjectionHarness, registered } from './projection.harness.js';

/** Over a channel that brings what the test publishes, and nothing else. */
let projection: ProjectionHarness;
let channel: InMemoryChannel;
let gateway: GatewayHarness;
beforeAll(async () => {
  channel = new InMemoryChannel();
  projection = await ProjectionHarness.start({ channel, fetchAfterMs: 3_600_000 });
  // The relay is of another database: nobody says where the present is.
  gateway = await startTestGateway({ PROJECTION_URL: projection.url, RELAY_URL: `http://${unreachableAddress}` });
});
afterAll(async () => {
  await gateway.close();
  await projection.drop();
});

const ask = <Body>(method: string, path: string, body?: unknown) =>
  viaGateway(gateway.url, () => call<Body & Problem>(method, path, body));
const orders = (customerId: string, query = '') => ask<ProjectedPage<Order>>('GET', `/v1/customers/${customerId}/orders${query}`);
const bring = async () => void (await channel.publish(await projection.testLog.all()));

describe('GET /v1/customers/{id}/orders?at=', () => {
  it('waits for the position, and is a 503 that may be tried again when it is not there in time', async () => {
    const position = sequenceOf(await projection.state(registered('CUST-A'), ...approvedOrder('CUST-A')));
    const behind = await orders('CUST-A', `?at=${position}`);
    expect(behind).toMatchObject({ status: 503, body: { code: 'PROJECTION_BEHIND' } });
    expect(Number(behind.headers.get('retry-after'))).toBeGreaterThan(0);
    const asking = orders('CUST-A', `?at=${position}`);
    await bring();
    const { status, body } = await asking;
    expect({ status, items: body.items.length, asOf: body.asOf }).toEqual({ status: 200, items: 1, asOf: position });
  });

  it('answers at once with what there is when no position is asked for and none can be had', async () => {
    await projection.state(...approvedOrder('CUST-A'));
    const before = await orders('CUST-A');
    expect(before).toMatchObject({ status: 200, body: { items: [{ state: 'APPROVED' }] } });
    await bring();
    await expect.poll(async () => (await orders('CUST-A')).body.items.length).toBe(2);
    expect((await orders('CUST-A')).body.asOf > before.body.asOf).toBe(true);
  });

  it('refuses a position that the log does not have', async () => {
    expect(await orders('CUST-A', '?at=99999999999999999999')).toMatchObject({ status: 422, body: { code: 'INVALID_POSITION' } });
  });

  it('knows who is a customer, and pages from the newest', async () => {
    expect(await orders('NOBODY')).toMatchObject({ status: 404, body: { code: 'CUSTOMER_NOT_FOUND' } });
    await projection.state(registered('CUST-B'));
    await bring();
    await expect.poll(async () => (await orders('CUST-B')).status).toBe(200);
    const ids = Array.from({ length: 5 }, () => randomUUID());
    for (const id of ids) await projection.state(...approvedOrder('CUST-B', id));
    await bring();
    await expect.poll(async () => (await orders('CUST-B')).body.items.length).toBe(5);
    const shown: string[] = [];
    for (let after: string | null | undefined; after !== null;) {
      const { body } = await orders('CUST-B', `?limit=2${after ? `&after=${after}` : ''}`);
      shown.push(...body.items.map(({ orderId }) => orderId));
      after = body.next;
    }
    expect(shown).toEqual(ids.toReversed());
  });
});

describe('/v1/dead-letters', () => {
  // The other services are the system's own, with dead letters that other tests may have left.
  const letters = async (query = '') => (await ask<Page<DeadLetterOfService>>('GET', `/v1/dead-letters${query}`)).body.items;
  const decide = (id: number, what: string, body?: object) =>
    ask<DeadLetterDecided>('POST', `/v1/dead-letters/projection/${id}/${what}`, body);

  it('lists events that a read model cannot apply, replays and skips them, and serves readers meanwhile', async () => {
    const orderId = randomUUID();
    const [, approved] = approvedOrder('CUST-A', orderId);
    const position = await projection.state(
      { type: 'order.placed', aggregateId: orderId, version: 1, data: { nonsense: true } },
      approved!,
    );
    await bring();
    await expect.poll(async () => (await letters('?service=projection&state=parked')).length).toBe(1);
    const [dead] = await letters('?service=projection&state=dead');
    expect(dead).toMatchObject({
      service: 'projection',
      consumer: 'customer-orders.1',
      type: 'order.placed',
      aggregateId: orderId,
      attempts: 2,
      data: '{"nonsense":true}',
      error: expect.stringContaining('customerId'),
    });
    // One bad order does not keep everybody from reading their own.
    expect((await orders('CUST-A', `?at=${sequenceOf(position)}`)).status).toBe(200);

    expect(await decide(dead!.id, 'replay')).toMatchObject({ status: 409, body: { code: 'DEAD_LETTER_FAILED_AGAIN' } });
    expect(await decide(dead!.id, 'skip', {})).toMatchObject({ status: 422 });
    expect(await decide(dead!.id, 'skip', { note: 'nobody ordered it' })).toMatchObject({ status: 200, body: { released: 1 } });
    expect(await letters('?service=projection&state=dead')).toEqual([]);
    expect(await letters('?service=projection&limit=1')).toEqual([
      expect.objectContaining({ id: dead!.id, note: 'nobody ordered it' }),
    ]);
    expect(await decide(dead!.id, 'replay')).toMatchObject({ status: 409, body: { code: 'DEAD_LETTER_SKIPPED' } });
    expect(await decide(999_999, 'release')).toMatchObject({ status: 404, body: { code: 'DEAD_LETTER_NOT_FOUND' } });
    expect(await ask('GET', '/v1/dead-letters?service=nobody')).toMatchObject({
      status: 404,
      body: { code: 'SERVICE_NOT_FOUND' },
    });
  });

  it('is a 503 with the unavailable services', async () => {
    const alone = await startTestGateway({
      PROJECTION_URL: `http://${unreachableAddress}`,
      RELAY_URL: `http://${unreachableAddress}`,
    });
    try {
      for (const [path, name] of [
        ['/v1/dead-letters', 'projection'],
        ['/v1/dead-events', 'relay'],
        ['/v1/projections', 'projection'],
        ['/v1/customers/CUST-A/orders', 'projection'],
      ]) {
        const { status, headers, body } = await viaGateway(alone.url, () => call<Problem>('GET', path!));
        expect({ status, detail: body.detail, code: body.code }, path).toEqual({
          status: 503,
          detail: expect.stringContaining(`${name} service`),
          code: 'PARTICIPANT_UNAVAILABLE',
        });
        expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
      }
    } finally {
      await alone.close();
    }
  });
});
