import { Client, Connection } from '@temporalio/client';
import { afterEach, describe, expect, it } from 'vitest';
import type { Problem } from '../../contracts/values/problem.js';
import type { Saga } from '../../contracts/saga/saga.resource.js';
import type { ResolveAction } from '../../contracts/saga/saga-state.js';
import {
  call,
  clearFaults,
  credit,
  ended,
  eventually,
  ledger,
  order,
  placeOrder,
  richestCustomer,
  saga,
  setFault,
} from '../support/api.js';
import { system } from '../support/system.js';

const customerId = await richestCustomer();
const euros = 3;

afterEach(clearFaults);

const resolve = (sagaId: string, action: ResolveAction, note = `operator says ${action}`, step = 'release credit') =>
  call<Problem & Saga>('POST', `/v1/sagas/${sagaId}/resolve`, { step, action, note });

const inNeed = (sagaId: string) =>
  eventually(
    () => saga(sagaId),
    ({ state }) => state === 'NEEDS_ATTENTION',
  );

const reservedFor = async (orderId: string) =>
  (await ledger(customerId)).filter((entry) => entry.orderId === orderId).reduce((total, { amount }) => total + amount.amount, 0);

/** An order that is refused at its pivot, and whose credit cannot be released. */
async function stuckOrder(fault: { mode: 'refuse' | 'error' }) {
  await setFault({ participant: 'order', operation: 'approveOrder', mode: 'refuse', times: 1 });
  await setFault({ participant: 'customer', operation: 'releaseCredit', ...fault });
  const { orderId, sagaId } = await placeOrder(customerId, euros);
  await inNeed(sagaId);
  return { orderId, sagaId };
}

describe('createOrder, when a compensation is refused', () => {
  it('needs attention while the other compensations continue', async () => {
    const { orderId, sagaId } = await stuckOrder({ mode: 'refuse' });
    const stuck = await eventually(
      () => saga(sagaId),
      ({ steps }) => steps.some(({ name, state }) => name === 'reject order' && state === 'COMPENSATED'),
    );
    expect(stuck.state).toBe('NEEDS_ATTENTION');
    expect(stuck.steps.map(({ name, state }) => [name, state])).toEqual([
      ['create order', 'COMPENSATED'],
      ['reserve credit', 'NEEDS_ATTENTION'],
      ['approve order', 'REFUSED'],
      ['release credit', 'NEEDS_ATTENTION'],
      ['reject order', 'COMPENSATED'],
    ]);
    expect(stuck.steps[3]?.error?.code).toBe('RELEASE_REFUSED');
    expect(await order(orderId)).toMatchObject({ state: 'REJECTED' });
    expect(await reservedFor(orderId)).toBe(euros * 100);
    const listed = await call<{ items: Saga[] }>('GET', '/v1/sagas?state=NEEDS_ATTENTION');
    expect(listed.body.items.map((item) => item.sagaId)).toContain(sagaId);
    await clearFaults();
    expect((await resolve(sagaId, 'retry')).status).toBe(200);
    await ended(sagaId);
  });

  it('ends COMPENSATED when an operator retries after the cause is gone, and keeps the note', async () => {
    const { orderId, sagaId } = await stuckOrder({ mode: 'refuse' });
    await clearFaults();
    expect((await resolve(sagaId, 'retry', 'customer service is mended')).status).toBe(200);
    const { state, steps, held } = await ended(sagaId);
    expect([state, held]).toEqual(['COMPENSATED', []]);
    expect(steps.find(({ name }) => name === 'release credit')?.resolutions).toMatchObject([
      { action: 'retry', note: 'customer service is mended' },
    ]);
    expect(await reservedFor(orderId)).toBe(0);
    const { body: history } = await call('GET', `/v1/sagas/${sagaId}/history`);
    const payloads = [...JSON.stringify(history).matchAll(/"data":"([^"]+)"/g)].map(([, data]) =>
      Buffer.from(data!, 'base64').toString(),
    );
    expect(payloads.join()).toContain('customer service is mended');
  });

  it('calls for attention again when the retry is refused, too', async () => {
    const { orderId, sagaId } = await stuckOrder({ mode: 'refuse' });
    expect((await resolve(sagaId, 'retry')).status).toBe(200);
    await eventually(
      () => saga(sagaId),
      ({ state, steps }) =>
        state === 'NEEDS_ATTENTION' && steps.some(({ name, attempts }) => name === 'release credit' && attempts === 2),
    );
    await clearFaults();
    await resolve(sagaId, 'retry');
    expect((await ended(sagaId)).state).toBe('COMPENSATED');
    expect(await reservedFor(orderId)).toBe(0);
  });

  it('ends INCOMPLETE, says what is held and fails in Temporal when an operator skips it', async () => {
    const { orderId, sagaId } = await stuckOrder({ mode: 'refuse' });
    expect((await resolve(sagaId, 'skip')).status).toBe(200);
    const { state, held, steps } = await ended(sagaId);
    expect([state, held]).toEqual(['INCOMPLETE', ['reserve credit']]);
    expect(steps.find(({ name }) => name === 'release credit')?.state).toBe('SKIPPED');
    expect(await reservedFor(orderId)).toBe(euros * 100);
    const connection = await Connection.connect({ address: system().temporalAddress });
    const failure = await new Client({ connection }).workflow
      .getHandle(sagaId)
      .result()
      .then(
        () => undefined,
        (error: unknown) => error,
      );
    await connection.close();
    expect(failure).toMatchObject({ cause: { type: 'CompensationIncomplete', details: [{ held: ['reserve credit'] }] } });
  });

  it('ends COMPENSATED when an operator has done it by hand', async () => {
    const { sagaId } = await stuckOrder({ mode: 'refuse' });
    expect((await resolve(sagaId, 'done', 'released in the back office', 'reserve credit')).status).toBe(200);
    expect(await ended(sagaId)).toMatchObject({ state: 'COMPENSATED', held: [] });
  });

  it('takes no decision about a step that is not in need, and none without a note', async () => {
    const { sagaId } = await stuckOrder({ mode: 'refuse' });
    expect((await resolve(sagaId, 'skip', 'why not', 'create order')).body).toMatchObject({
      status: 409,
      code: 'STEP_NOT_RESOLVABLE',
    });
    expect((await resolve(sagaId, 'skip', ' ')).body).toMatchObject({ status: 422, code: 'VALIDATION_FAILED' });
    await clearFaults();
    await resolve(sagaId, 'retry');
    expect((await ended(sagaId)).state).toBe('COMPENSATED');
    expect((await resolve(sagaId, 'retry')).status).toBe(409);
  });
});

describe('createOrder, when a compensation fails for longer than its limit', () => {
  it('needs attention, keeps trying, and needs no operator once the participant is back', async () => {
    const before = (await credit(customerId)).reserved.amount;
    const { orderId, sagaId } = await stuckOrder({ mode: 'error' });
    await clearFaults();
    expect(await ended(sagaId)).toMatchObject({ state: 'COMPENSATED', held: [] });
    expect(await reservedFor(orderId)).toBe(0);
    expect((await credit(customerId)).reserved.amount).toBe(before);
  });

  it('lets an operator decide while it keeps trying', async () => {
    const { orderId, sagaId } = await stuckOrder({ mode: 'error' });
    expect((await resolve(sagaId, 'skip', 'written off')).status).toBe(200);
    expect(await ended(sagaId)).toMatchObject({ state: 'INCOMPLETE', held: ['reserve credit'] });
    expect(await reservedFor(orderId)).toBe(euros * 100);
  });

  it('shows a refusal after the participant recovers, and is tried again with the first retry', async () => {
    const { orderId, sagaId } = await stuckOrder({ mode: 'error' });
    await setFault({ participant: 'customer', operation: 'releaseCredit', mode: 'refuse', times: 1 });
    const refused = await eventually(
      () => saga(sagaId),
      ({ steps }) => steps.some(({ name, error }) => name === 'release credit' && error?.code === 'RELEASE_REFUSED'),
    );
    expect(refused.state).toBe('NEEDS_ATTENTION');
    expect((await resolve(sagaId, 'retry')).status).toBe(200);
    const { state, steps } = await ended(sagaId);
    expect(state).toBe('COMPENSATED');
    expect(steps.find(({ name }) => name === 'release credit')?.resolutions).toMatchObject([{ action: 'retry' }]);
    expect(await reservedFor(orderId)).toBe(0);
  });
});
