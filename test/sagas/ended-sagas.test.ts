import { Client, Connection } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { StoredSaga } from '../../contracts/saga/ended-saga.js';
import type { Problem } from '../../contracts/values/problem.js';
import { call, clearFaults, ended, eventually, placeOrder, richestCustomer, saga, setFault, viaGateway } from '../support/api.js';
import { forgetRun } from '../support/forget-run.js';
import { startTestGateway } from '../support/gateway.harness.js';
import { pidOf } from '../support/processes.js';
import { system } from '../support/system.js';

const customerId = await richestCustomer();
let connection: Connection;
let temporal: Client;

beforeAll(async () => {
  connection = await Connection.connect({ address: system().temporalAddress });
  temporal = new Client({ connection });
});
afterAll(() => connection.close());
afterEach(clearFaults);

const stored = async (sagaId: string) =>
  (await (await fetch(new URL(`/sagas/${sagaId}`, system().sagaUrl))).json()) as StoredSaga;
/** The saga service has its end and its steps, no matter which of the two reported them. */
const keptSaga = (sagaId: string) =>
  eventually(
    () => stored(sagaId),
    ({ saga: kept, steps }) => kept?.endedAt !== null && kept?.endedAt !== undefined && steps !== null,
  );

describe('a saga that has ended', () => {
  it('is kept with its steps although no client reads it', async () => {
    const { sagaId } = await placeOrder(customerId, 1);
    const { saga: kept, steps } = await keptSaga(sagaId);
    expect(kept).toMatchObject({ sagaId, type: 'createOrder', state: 'COMPLETED', lost: false });
    expect(steps?.timeline.steps.map(({ name, state }) => [name, state])).toEqual([
      ['create order', 'DONE'],
      ['reserve credit', 'DONE'],
      ['approve order', 'DONE'],
    ]);
  });

  it('is shown with its steps while no worker runs', async () => {
    const { sagaId } = await placeOrder(customerId, 1);
    const before = await ended(sagaId);
    await keptSaga(sagaId);
    const gateway = await startTestGateway();
    const worker = pidOf('gateway'); // the two are one process
    process.kill(worker, 'SIGSTOP');
    try {
      // The links of this gateway lead elsewhere.
      expect({ ...(await viaGateway(gateway.url, () => saga(sagaId))), links: before.links }).toEqual(before);
    } finally {
      process.kill(worker, 'SIGCONT');
      await gateway.close();
    }
  });

  it('is shown as before after Temporal has dropped its run, without its history', async () => {
    await setFault({ participant: 'order', operation: 'approveOrder', mode: 'refuse', times: 1 });
    const { sagaId } = await placeOrder(customerId, 1);
    const before = await eventually(
      () => saga(sagaId),
      ({ state, endedAt, steps }) => state === 'COMPENSATED' && endedAt !== null && steps.length > 0,
    );
    await keptSaga(sagaId);
    await forgetRun(temporal, sagaId);
    expect(await saga(sagaId)).toEqual(before);
    expect(await call<Problem>('GET', `/v1/sagas/${sagaId}/history`)).toMatchObject({
      status: 410,
      body: { code: 'HISTORY_EXPIRED' },
    });
  });

  it('has its steps also if no worker has reported them', async () => {
    await setFault({ participant: 'customer', operation: 'reserveCredit', mode: 'error' });
    const { sagaId } = await placeOrder(customerId, 1);
    await eventually(
      () => saga(sagaId),
      ({ steps }) => steps.some(({ name }) => name === 'reserve credit'),
    );
    await temporal.workflow.getHandle(sagaId).terminate('a terminated run reports nothing');
    const { steps } = await keptSaga(sagaId);
    expect(steps?.timeline.steps.map(({ name }) => name)).toEqual(['create order', 'reserve credit']);
  });

  it('believes the later of two workflow tasks that both report an end', async () => {
    const runId = randomUUID();
    const sagaId = `create-order:${randomUUID()}`;
    const report = async (state: string, historyLength: number) => {
      const timeline = { type: 'createOrder', state, pastPivot: false, steps: [], held: [] };
      const answer = await fetch(new URL('/timelines', system().sagaUrl), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ items: [{ sagaId, runId, timeline, historyLength }] }),
      });
      expect(answer.status).toBe(200);
    };
    await report('COMPENSATED', 6);
    await report('COMPLETED', 3); // a worker that was taken for dead
    const answer = await fetch(new URL(`/sagas/${sagaId}?runId=${runId}`, system().sagaUrl));
    expect(await answer.json()).toMatchObject({ saga: null, steps: { timeline: { state: 'COMPENSATED' } } });
  });
});
