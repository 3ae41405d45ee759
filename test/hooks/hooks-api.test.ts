import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import pg from 'pg';
import { randomUUID } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import type {
  Delivery,
  DeliveryDetail,
  Hook,
  HookCreated,
  Recovery,
  Redelivered,
  SecretRotated,
} from '../../contracts/hooks/hook.resource.js';
import type { Page } from '../../contracts/values/page.js';
import { call, eventually } from '../support/api.js';
import { unreachableAddress, type GatewayHarness, startTestGateway } from '../support/gateway.harness.js';
import { system } from '../support/system.js';
import { Receiver, status } from './receiver.harness.js';

let receiver: Receiver;
let admin: pg.Client;
beforeAll(async () => {
  receiver = await Receiver.start();
  admin = new pg.Client(system().databaseAdminUrl);
  await admin.connect();
});
afterAll(async () => {
  const { items } = (await call<Page<Hook>>('GET', '/v1/hooks?limit=200')).body;
  for (const { hookId } of items) await call('DELETE', `/v1/hooks/${hookId}`);
  await admin.end();
  await receiver.stop();
});

async function create(hook: object = {}): Promise<HookCreated> {
  const { status, body } = await call<HookCreated>('POST', '/v1/hooks', {
    url: receiver.url,
    types: ['order.approved'],
    ...hook,
  });
  expect(status, JSON.stringify(body)).toBe(201);
  return body;
}

/** As the relay does. */
async function log(type: string): Promise<string> {
  const [id, orderId] = [randomUUID(), randomUUID()];
  const data = { orderId, customerId: 'CUST-ALICE', total: { amount: 100, currency: 'EUR' } };
  await admin.query(
    `insert into events.log (event_id, service, type, type_version, aggregate_type, aggregate_id, aggregate_version, subject, occurred_at, data)
     values ($1, 'order', $2, 1, 'order', $3, 1, $3, now(), $4)`,
    [id, type, orderId, JSON.stringify(data)],
  );
  return id;
}

const deliveries = async (hookId: string, query = '') =>
  (await call<Page<Delivery>>('GET', `/v1/hooks/${hookId}/deliveries${query}`)).body.items;

describe('/v1/hooks', () => {
  it('makes a hook, shows its secret once, and sends it what it asked for', async () => {
    const hook = await create({ description: 'mine' });
    expect(hook).toMatchObject({ state: 'enabled', types: ['order.approved'], description: 'mine', url: receiver.url });
    expect(hook.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const read = await call<Hook>('GET', `/v1/hooks/${hook.hookId}`);
    expect(read.body).not.toHaveProperty('secret');
    const id = await log('order.approved');
    const sent = await eventually(
      async () => receiver.received.find(({ event }) => event.occurrenceid === id),
      (it) => it !== undefined,
    );
    const verified = new Webhook(hook.secret).verify(sent!.body, sent!.headers as Record<string, string>);
    expect(verified).toMatchObject({ id: `${id}-v2`, data: { credit: { reserved: { amount: 100 } } } });
    const [delivery] = await eventually(
      () => deliveries(hook.hookId, '?state=succeeded'),
      ({ length }) => length === 1,
    );
    const detail = await call<DeliveryDetail>('GET', `/v1/hooks/${hook.hookId}/deliveries/${delivery!.deliveryId}`);
    expect(detail.body.attempts).toMatchObject([{ number: 1, status: 204 }]);
  });

  it('lists page by page, changes and deletes', async () => {
    const made = [await create(), await create(), await create()].map(({ hookId }) => hookId);
    const seen: string[] = [];
    for (let after = ''; ;) {
      const { body } = await call<Page<Hook>>('GET', `/v1/hooks?limit=1${after}`);
      seen.push(...body.items.map(({ hookId }) => hookId));
      if (body.next === null) break;
      after = `&after=${body.next}`;
    }
    expect(seen.filter((id) => made.includes(id))).toEqual(made);
    const [first] = made;
    const changed = await call<Hook>('PATCH', `/v1/hooks/${first}`, { state: 'paused', description: null, types: ['trip.*'] });
    expect(changed).toMatchObject({ status: 200, body: { state: 'paused', types: ['trip.*'], version: 2 } });
    expect((await call('DELETE', `/v1/hooks/${first}`)).status).toBe(204);
    expect(await call('GET', `/v1/hooks/${first}`)).toMatchObject({ status: 404, body: { code: 'HOOK_NOT_FOUND' } });
  });

  it.each([
    [{ url: 'http://10.0.0.1/' }, 422, 'HOOK_URL_REFUSED'],
    [{ url: 'https://169.254.169.254/' }, 422, 'HOOK_URL_REFUSED'],
    [{ url: 'nonsense' }, 422, 'HOOK_URL_REFUSED'],
    [{ types: ['order.unheard-of'] }, 422, 'UNKNOWN_EVENT_TYPE'],
    [{ types: [] }, 422, 'VALIDATION_FAILED'],
    [{ types: ['Order Approved'] }, 422, 'VALIDATION_FAILED'],
    [{ surprise: true }, 422, 'VALIDATION_FAILED'],
    [{ timeoutMs: 1 }, 422, 'VALIDATION_FAILED'],
    [{ description: 'a\0b' }, 422, 'VALIDATION_FAILED'],
  ])('refuses %j', async (wrong, status, code) => {
    const answer = await call('POST', '/v1/hooks', { url: receiver.url, types: ['order.*'], ...wrong });
    expect(answer).toMatchObject({ status, body: { code } });
  });

  it('says which types there are', async () => {
    const { body } = await call<{ detail: string }>('POST', '/v1/hooks', { url: receiver.url, types: ['order.unheard-of'] });
    expect(body.detail).toContain('order.approved');
    expect(body.detail).toContain('trip.*');
  });

  it('gives the first answer, secret included, to a key that is repeated', async () => {
    const request = { url: receiver.url, types: ['order.*'] };
    const key = { 'idempotency-key': `hooks-${randomUUID()}` };
    const answers = await Promise.all([1, 2, 3].map(() => call<HookCreated>('POST', '/v1/hooks', request, key)));
    expect(new Set(answers.map(({ body }) => body.secret)).size).toBe(1);
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    const other = await call('POST', '/v1/hooks', { ...request, types: ['trip.*'] }, key);
    expect(other).toMatchObject({ status: 422, body: { code: 'IDEMPOTENCY_KEY_REUSED' } });
  });

  it('rotates, tests, redelivers and recovers', async () => {
    const hook = await create({ types: ['order.shipped'] });
    const path = `/v1/hooks/${hook.hookId}`;
    const since = new Date().toISOString();
    const rotated = await call<SecretRotated>('POST', `${path}/rotate-secret`);
    expect(rotated.status).toBe(200);
    expect(rotated.body.secret).not.toBe(hook.secret);

    const test = await call<Delivery>('POST', `${path}/test`);
    expect(test).toMatchObject({ status: 202, body: { trigger: 'test', type: 'hooks.endpoint.tested' } });
    const sent = await eventually(
      async () => receiver.received.find(({ headers }) => headers['webhook-id'] === test.body.eventId),
      (it) => it !== undefined,
    );
    for (const secret of [hook.secret, rotated.body.secret])
      expect(new Webhook(secret).verify(sent!.body, sent!.headers as Record<string, string>)).toMatchObject({
        subject: hook.hookId,
      });
    const schema = await call('GET', new URL(sent!.event.dataschema).pathname);
    expect(schema, 'what its dataschema leads to').toMatchObject({ status: 200, body: { title: 'hooks.endpoint.tested.v1' } });

    await eventually(
      () => deliveries(hook.hookId, '?state=succeeded'),
      ({ length }) => length === 1,
    );
    expect(await call('POST', `${path}/deliveries/${test.body.deliveryId}/redeliver`)).toMatchObject({
      status: 202,
      body: { trigger: 'manual', eventId: test.body.eventId },
    });
    await eventually(
      () => deliveries(hook.hookId, '?state=succeeded'),
      ({ length }) => length === 2,
    );

    const all = { state: 'succeeded', createdFrom: since };
    expect(await call<Redelivered>('POST', `${path}/redeliver`, all)).toMatchObject({
      status: 202,
      body: { queued: 1, next: null },
    });
    expect(await call('POST', `${path}/verify`)).toMatchObject({ status: 409, body: { code: 'HOOK_STATE_CONFLICT' } });

    // A recovery of a type sends this hook the events that only the other hook had received.
    const id = await log('order.placed');
    const recovery = await call<Recovery>('POST', `${path}/recover`, { since, types: ['order.placed'] });
    expect(recovery.status).toBe(202);
    const done = await eventually(
      async () => (await call<Recovery>('GET', `${path}/recoveries/${recovery.body.recoveryId}`)).body,
      ({ state }) => state === 'done',
    );
    expect(done.queued).toBeGreaterThanOrEqual(1);
    await eventually(
      () => deliveries(hook.hookId, '?state=succeeded'),
      (items) => items.some(({ eventId, trigger }) => eventId === id && trigger === 'recover'),
    );
    const ofEvent = await call<Page<Delivery>>('GET', `/v1/events/${id}/deliveries`);
    expect(ofEvent.body.items).toContainEqual(expect.objectContaining({ hookId: hook.hookId, trigger: 'recover' }));
    const unknown = await call('GET', `/v1/events/${randomUUID()}/deliveries`);
    expect(unknown).toMatchObject({ status: 404, body: { code: 'EVENT_NOT_FOUND' } });
  });

  it('shows how a hook fails', async () => {
    const failing = await Receiver.start(status(500));
    const hook = await create({ url: failing.url });
    await call('POST', `/v1/hooks/${hook.hookId}/test`);
    const [delivery] = await eventually(
      () => deliveries(hook.hookId, '?state=retrying'),
      ({ length }) => length === 1,
    );
    expect(delivery).toMatchObject({ lastStatus: 500, lastError: 'http', attemptCount: 1, nextAttemptAt: expect.any(String) });
    const { body } = await call<Hook>('GET', `/v1/hooks/${hook.hookId}`);
    expect(body.health).toMatchObject({ failures: 1, failingSince: expect.any(String) });
    await failing.stop();
  });

  it('is measured', async () => {
    const text = await (await fetch(new URL('/metrics', system().hooksUrl))).text();
    expect(text).toMatch(/hooks_delivery_attempts_total\{outcome="success",state="succeeded"\} [1-9]/);
    expect(text).toMatch(/hooks_hook_attempts_total\{hook="[0-9a-f-]{36}",outcome="success"\} [1-9]/);
    expect(text).toMatch(/hooks_hook_failing_seconds\{hook="[0-9a-f-]{36}"\} \d/);
    const plain = [
      'hooks_queue_depth{state="retrying"}',
      'hooks_oldest_due_seconds',
      'hooks_breakers_open',
      'hooks_old_key_secrets',
    ];
    for (const name of plain) expect(text).toContain(`\n${name} `);
  });

  it.each([
    ['GET', '', undefined],
    ['PATCH', '', { state: 'paused' }],
    ['DELETE', '', undefined],
    ['POST', '/rotate-secret', {}],
    ['POST', '/test', undefined],
    ['POST', '/verify', undefined],
    ['POST', '/redeliver', { state: 'exhausted' }],
    ['POST', '/recover', { since: '2027-01-01T00:00:00Z' }],
    ['GET', '/deliveries', undefined],
    ['POST', `/deliveries/${randomUUID()}/redeliver`, undefined],
  ])('does not know a hook that is not there: %s %s', async (method, path, body) => {
    for (const id of ['nobody', randomUUID()])
      expect(await call(method, `/v1/hooks/${id}${path}`, body)).toMatchObject({ status: 404, body: { code: 'HOOK_NOT_FOUND' } });
  });
});

describe('without the hooks service', () => {
  let gateway: GatewayHarness;
  afterAll(() => gateway.close());

  it('says so within five seconds, and needs the scope', async () => {
    gateway = await startTestGateway({
      HOOKS_URL: `http://${unreachableAddress}`,
      AUTH: 'required',
      API_KEYS: 'robot:h:hooks,shop:o:orders',
    });
    const ask = (key: string) => fetch(`${gateway.url}/v1/hooks`, { headers: { authorization: `Bearer ${key}` } });
    expect((await ask('o')).status).toBe(403);
    const from = performance.now();
    const answer = await ask('h');
    expect(performance.now() - from).toBeLessThan(5_000);
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(await answer.json()).toMatchObject({
      status: 503,
      code: 'PARTICIPANT_UNAVAILABLE',
      detail: expect.stringContaining('hooks'),
    });
  });
});
