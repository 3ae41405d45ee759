import { Client, Connection } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { randomUUID } from 'node:crypto';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { OrderAccepted } from '../../contracts/order/order.resource.js';
import type { Page } from '../../contracts/values/page.js';
import type { Problem } from '../../contracts/values/problem.js';
import type { Saga, SagaSummary } from '../../contracts/saga/saga.resource.js';
import { call, clearFaults, ended, eventually, order, placeOrder, richestCustomer, saga, setFault } from '../support/api.js';
import { builtWorkflows } from '../support/built-workflows.js';
import { system } from '../support/system.js';

let customerId: string;

beforeAll(async () => {
  customerId = await richestCustomer();
});
afterEach(clearFaults);

const post = (path: string, body?: object, headers?: Record<string, string>) => call<Saga & Problem>('POST', path, body, headers);
const list = async (query: string) => (await call<Page<SagaSummary>>('GET', `/v1/sagas?${query}`)).body;

/** A saga that waits for a participant before its pivot. */
async function stuckSaga(): Promise<OrderAccepted> {
  await setFault({ participant: 'customer', operation: 'reserveCredit', mode: 'error' });
  const accepted = await placeOrder(customerId, 1);
  await eventually(
    () => saga(accepted.sagaId),
    ({ steps }) => steps.some(({ name, state }) => name === 'reserve credit' && state === 'RUNNING'),
  );
  return accepted;
}

/** A saga that calls for an operator. */
async function sagaInNeed(): Promise<OrderAccepted> {
  const accepted = await stuckSaga();
  await setFault({ participant: 'customer', operation: 'releaseCredit', mode: 'refuse' });
  await post(`/v1/sagas/${accepted.sagaId}/abort`);
  await eventually(
    () => saga(accepted.sagaId),
    ({ state }) => state === 'NEEDS_ATTENTION',
  );
  return accepted;
}

describe('GET /v1/sagas/{sagaId}', () => {
  it('shows a saga with its steps in the order they ran, its version and its links', async () => {
    const { sagaId, orderId } = await placeOrder(customerId, 1);
    const shown = await ended(sagaId);
    expect(shown).toMatchObject({
      sagaId,
      type: 'createOrder',
      state: 'COMPLETED',
      businessId: orderId,
      customerId,
      pastPivot: true,
      held: [],
    });
    expect(shown.workflowVersion).toMatch(/^[\w.-]{6,}$/);
    expect(shown.workflowVersion).not.toBe('unknown');
    expect(shown.steps.map(({ name, kind, state }) => [name, kind, state])).toEqual([
      ['create order', 'compensable', 'DONE'],
      ['reserve credit', 'compensable', 'DONE'],
      ['approve order', 'pivot', 'DONE'],
    ]);
    expect(shown.links).toEqual({
      self: `/v1/sagas/${sagaId}`,
      resource: `/v1/orders/${orderId}`,
      history: `/v1/sagas/${sagaId}/history`,
      temporalUi: expect.stringContaining(`/namespaces/default/workflows/${sagaId}/`),
    });
  });

  it('says that there is no such saga', async () => {
    for (const path of ['', '/history']) {
      expect(await call('GET', `/v1/sagas/create-order:${randomUUID()}${path}`)).toMatchObject({
        status: 404,
        body: { code: 'SAGA_NOT_FOUND' },
      });
    }
  });

  it('shows a saga that was terminated as lost, with what may still be held', async () => {
    const { sagaId } = await stuckSaga();
    const connection = await Connection.connect({ address: system().temporalAddress });
    await new Client({ connection }).workflow.getHandle(sagaId).terminate('a test');
    await connection.close();
    const lost = await eventually(
      () => saga(sagaId),
      ({ state, steps }) => state === 'NEEDS_ATTENTION' && steps.length > 0,
    );
    expect(lost).toMatchObject({ lost: true, endedAt: null, held: ['create order', 'reserve credit'] });
    const found = async (state: string) => (await list(`state=${state}&limit=200`)).items.some((item) => item.sagaId === sagaId);
    await eventually(
      () => found('NEEDS_ATTENTION'),
      (is) => is,
    );
    expect(await found('RUNNING')).toBe(false);
    expect(await post(`/v1/sagas/${sagaId}/abort`)).toMatchObject({ status: 409, body: { code: 'SAGA_ENDED' } });
  });
});

describe('GET /v1/sagas/{sagaId}/history', () => {
  it('is what the replayer reads', async () => {
    const { sagaId } = await placeOrder(customerId, 1);
    await ended(sagaId);
    const { status, headers, body } = await call('GET', `/v1/sagas/${sagaId}/history`);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toContain('application/json');
    await Worker.runReplayHistory({ workflowBundle: builtWorkflows }, body, sagaId);
  });
});

describe('GET /v1/sagas', () => {
  it('filters by type, state, customer and business id', async () => {
    const { sagaId, orderId } = await stuckSaga();
    await eventually(
      () => list(`businessId=${orderId}`),
      ({ items }) => items.length === 1,
    );
    for (const query of [`type=createOrder`, `state=RUNNING`, `customerId=${customerId}`, `businessId=${orderId}`]) {
      const { items } = await list(`${query}&limit=200`);
      expect(items.map((item) => item.sagaId)).toContain(sagaId);
      for (const item of items) expect(Object.entries(item)).toEqual(expect.arrayContaining([query.split('=')]));
    }
    for (const query of ['type=bookTrip', 'state=COMPLETED', 'customerId=nobody']) {
      expect((await list(`${query}&businessId=${orderId}`)).items).toEqual([]);
    }
  });

  it('pages through everything once, and takes a cursor for its own filter only', async () => {
    await Promise.all(Array.from({ length: 5 }, async () => ended((await placeOrder(customerId, 1)).sagaId)));
    const first = await list('state=COMPLETED&limit=2');
    const second = await list(`state=COMPLETED&limit=2&after=${first.next}`);
    expect(new Set([...first.items, ...second.items].map(({ sagaId }) => sagaId)).size).toBe(4);
    expect(await call('GET', `/v1/sagas?limit=2&after=${first.next}`)).toMatchObject({
      status: 422,
      body: { code: 'INVALID_CURSOR' },
    });
  });
});

describe('POST /v1/sagas/{sagaId}/abort', () => {
  it('rolls a saga back once, however often it is requested', async () => {
    const { sagaId, orderId } = await stuckSaga();
    for (const { status, body } of await Promise.all([1, 2, 3].map(() => post(`/v1/sagas/${sagaId}/abort`)))) {
      expect(status).toBe(202);
      expect(body).toMatchObject({ sagaId, type: 'createOrder' });
    }
    const shown = await ended(sagaId);
    expect(shown.state).toBe('COMPENSATED');
    expect(shown.steps.filter(({ compensates }) => compensates !== undefined)).toHaveLength(2);
    expect(await order(orderId)).toMatchObject({ state: 'REJECTED', rejection: { code: 'ABORTED' } });
    expect(await post(`/v1/sagas/${sagaId}/abort`)).toMatchObject({ status: 409, body: { code: 'SAGA_ENDED' } });
  });

  it('is answered again under its key, also after the end, where another key finds nothing to abort', async () => {
    const { sagaId } = await stuckSaga();
    const key = { 'idempotency-key': randomUUID() };
    expect(await post(`/v1/sagas/${sagaId}/abort`, undefined, key)).toMatchObject({ status: 202, body: { sagaId } });
    await ended(sagaId);
    expect(await post(`/v1/sagas/${sagaId}/abort`, undefined, key)).toMatchObject({
      status: 202,
      body: { sagaId, state: 'COMPENSATED' },
    });
    expect(await post(`/v1/sagas/${sagaId}/abort`, undefined, { 'idempotency-key': randomUUID() })).toMatchObject({
      status: 409,
      body: { code: 'SAGA_ENDED' },
    });
  });

  it('is refused after the pivot', async () => {
    const { sagaId } = await placeOrder(customerId, 1);
    await ended(sagaId);
    expect(await post(`/v1/sagas/${sagaId}/abort`)).toMatchObject({ status: 409, body: { code: 'SAGA_PAST_PIVOT' } });
  });

  it('decides by the key of the pivot while its participant does not answer', async () => {
    await setFault({ participant: 'order', operation: 'approveOrder', mode: 'error' });
    const { orderId, sagaId } = await placeOrder(customerId, 1);
    await eventually(
      () => saga(sagaId),
      ({ steps }) => steps.some(({ name, attempts }) => name === 'approve order' && attempts > 0),
    );
    expect(await post(`/v1/sagas/${sagaId}/abort`)).toMatchObject({ status: 202 });
    const { state, steps } = await ended(sagaId);
    expect(state).toBe('COMPENSATED');
    expect(steps.find(({ name }) => name === 'approve order')).toMatchObject({ kind: 'pivot', state: 'SEALED' });
    expect((await order(orderId)).rejection).toMatchObject({ code: 'ABORTED' });
    await clearFaults();
  });
});

describe('POST /v1/sagas/{sagaId}/abort while the participant of the pivot is away', () => {
  it('is accepted at once and shows the saga as it is, until the key of the pivot has decided', async () => {
    await setFault({ participant: 'order', operation: 'seal', mode: 'error' });
    const { sagaId, orderId } = await stuckSaga();
    for (const attempt of [1, 2]) {
      const startedAt = performance.now();
      const { status, body } = await post(`/v1/sagas/${sagaId}/abort`);
      expect({ status, sagaId: body.sagaId }, `attempt ${attempt}`).toEqual({ status: 202, sagaId });
      expect(['RUNNING', 'NEEDS_ATTENTION']).toContain(body.state);
      expect(performance.now() - startedAt).toBeLessThan(5_000);
    }
    expect((await order(orderId)).state).toBe('PENDING');
    await clearFaults();
    expect((await ended(sagaId)).state).toBe('COMPENSATED');
    expect(await order(orderId)).toMatchObject({ state: 'REJECTED', rejection: { code: 'ABORTED' } });
  });
});

describe('a saga that was started by hand with an input that is none', () => {
  it.each([
    ['no input', []],
    ['null', [null]],
    ['other fields', [{ orderId: 1 }]],
  ])('%s is neither an order nor a 500', async (_, args) => {
    const connection = await Connection.connect({ address: system().temporalAddress });
    const id = randomUUID();
    const handle = await new Client({ connection }).workflow.start('createOrder', {
      workflowId: `create-order:${id}`,
      taskQueue: 'nobody-polls-it',
      args,
    });
    expect(await call('GET', `/v1/orders/${id}`)).toMatchObject({ status: 404, body: { code: 'ORDER_NOT_FOUND' } });
    expect((await call('GET', `/v1/sagas/create-order:${id}`)).status).toBe(404);
    await handle.terminate();
    await connection.close();
  });
});

describe('POST /v1/sagas/{sagaId}/resolve', () => {
  it('makes a decision once for its key, keeps its note, and refuses another under that key', async () => {
    const { sagaId } = await sagaInNeed();
    const skip = { step: 'release credit', action: 'skip', note: 'credited by hand' };
    const key = { 'idempotency-key': randomUUID() };
    expect(await post(`/v1/sagas/${sagaId}/resolve`, skip, key)).toMatchObject({ status: 200, body: { sagaId } });
    const shown = await ended(sagaId);
    expect(shown).toMatchObject({ state: 'INCOMPLETE', held: ['reserve credit'] });
    const { resolutions } = shown.steps.find(({ name }) => name === 'release credit')!;
    expect(resolutions).toEqual([{ action: 'skip', note: 'credited by hand', at: expect.any(String) }]);

    expect(await post(`/v1/sagas/${sagaId}/resolve`, skip, key)).toMatchObject({ status: 200, body: { state: 'INCOMPLETE' } });
    expect(await post(`/v1/sagas/${sagaId}/resolve`, { ...skip, action: 'retry' }, key)).toMatchObject({
      status: 422,
      body: { code: 'IDEMPOTENCY_KEY_REUSED' },
    });
    expect(await post(`/v1/sagas/${sagaId}/resolve`, skip)).toMatchObject({ status: 409, body: { code: 'STEP_NOT_IN_NEED' } });
  });

  it('retries what is retried', async () => {
    const { sagaId } = await sagaInNeed();
    await clearFaults();
    expect((await post(`/v1/sagas/${sagaId}/resolve`, { step: 'release credit', action: 'retry', note: 'fixed' })).status).toBe(
      200,
    );
    expect(await ended(sagaId)).toMatchObject({ state: 'COMPENSATED', held: [] });
  });

  it('refuses a step that needs nothing and a decision without a note', async () => {
    const { sagaId } = await stuckSaga();
    expect(await post(`/v1/sagas/${sagaId}/resolve`, { step: 'create order', action: 'skip', note: 'x' })).toMatchObject({
      status: 409,
      body: { code: 'STEP_NOT_RESOLVABLE' },
    });
    expect(await post(`/v1/sagas/${sagaId}/resolve`, { step: 'create order', action: 'skip', note: '  ' })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/note', detail: expect.any(String) }] },
    });
    await clearFaults();
    await ended(sagaId);
  });
});
