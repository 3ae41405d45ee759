import { Client, Connection } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
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
let connection: Connection;
let temporal: Client;

beforeAll(async () => {
  connection = await Connection.connect({ address: system().temporalAddress });
  temporal = new Client({ connection });
});
afterAll(() => connection.close());
afterEach(clearFaults);

const kindsOf = async (orderId: string) =>
  (await ledger(customerId)).filter((entry) => entry.orderId === orderId).map(({ kind }) => kind);

describe('createOrder under the operations of the platform', () => {
  it('takes everything back and ends Cancelled when its workflow is cancelled', async () => {
    const before = (await credit(customerId)).reserved.amount;
    // Longer than any first attempt may take on a busy machine: five times SAGA_FAST_STEP_MS. The next attempt is slow, too, so that the
    // step is seen to run.
    await setFault({ participant: 'customer', operation: 'reserveCredit', mode: 'delay', delayMs: 5_000, times: 2 });
    const { orderId, sagaId } = await placeOrder(customerId, 2);
    await eventually(
      () => saga(sagaId),
      ({ steps }) => steps.some(({ name, state }) => name === 'reserve credit' && state === 'RUNNING'),
    );
    await temporal.workflow.getHandle(sagaId).cancel();
    expect((await ended(sagaId)).state).toBe('COMPENSATED');
    expect((await temporal.workflow.getHandle(sagaId).describe()).status.name).toBe('CANCELLED');
    expect(await order(orderId)).toMatchObject({ state: 'REJECTED', rejection: { code: 'CANCELLED' } });
    expect((await credit(customerId)).reserved.amount).toBe(before);
  });

  it('continues when its workflow is cancelled after the pivot has begun', async () => {
    await setFault({ participant: 'order', operation: 'approveOrder', mode: 'delay', delayMs: 1_500, times: 1 });
    const { orderId, sagaId } = await placeOrder(customerId, 2);
    await eventually(
      () => saga(sagaId),
      ({ pastPivot }) => pastPivot,
    );
    await temporal.workflow.getHandle(sagaId).cancel();
    expect((await ended(sagaId)).state).toBe('COMPLETED');
    expect(await order(orderId)).toMatchObject({ state: 'APPROVED' });
    expect(await kindsOf(orderId)).toEqual(['RESERVED']);
  });

  it('has each effect once although its workflow is reset to the beginning', async () => {
    const { orderId, sagaId } = await placeOrder(customerId, 2);
    await ended(sagaId);
    const first = await temporal.workflow.getHandle(sagaId).describe();
    const { runId } = await connection.workflowService.resetWorkflowExecution({
      namespace: 'default',
      workflowExecution: { workflowId: sagaId, runId: first.runId },
      workflowTaskFinishEventId: 4 as never,
      reason: 'a test: keys must not depend on the run',
      requestId: randomUUID(),
    });
    expect(runId).not.toBe(first.runId);
    expect(await temporal.workflow.getHandle(sagaId, runId).result()).toMatchObject({ state: 'APPROVED', orderId });
    expect(await kindsOf(orderId)).toEqual(['RESERVED']);
  });

  it('shows named steps and its state to an operator in the Temporal UI', async () => {
    const { orderId, sagaId } = await placeOrder(customerId, 2);
    await ended(sagaId);
    const { events } = await temporal.workflow.getHandle(sagaId).fetchHistory();
    const summaries = (events ?? []).flatMap(({ userMetadata }) =>
      userMetadata?.summary?.data ? [JSON.parse(Buffer.from(userMetadata.summary.data).toString()) as string] : [],
    );
    expect(summaries).toEqual(expect.arrayContaining(['create order', 'reserve credit', 'approve order']));
    const { typedSearchAttributes } = await temporal.workflow.getHandle(sagaId).describe();
    const attributes = Object.fromEntries(typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]));
    expect(attributes).toMatchObject({
      SagaType: 'createOrder',
      SagaState: 'COMPLETED',
      CustomerId: customerId,
      BusinessId: orderId,
    });
  });

  it('says how often a participant was asked', async () => {
    await setFault({ participant: 'customer', operation: 'reserveCredit', mode: 'error', times: 3 });
    const { sagaId } = await placeOrder(customerId, 2);
    const { steps } = await ended(sagaId);
    const { events } = await temporal.workflow.getHandle(sagaId).fetchHistory();
    const lost = (events ?? []).filter(
      ({ workflowTaskTimedOutEventAttributes: timedOut, workflowTaskFailedEventAttributes: failed }) => timedOut ?? failed,
    );
    const attempts = steps.find(({ name }) => name === 'reserve credit')?.attempts;
    // A workflow task that is lost is run again, first tries included, and what they were answered before is not known any more.
    expect(lost.length > 0 ? [1, 2, 3, 4] : [4]).toContain(attempts);
  });

  it('needs at most ten history events on the happy path', async () => {
    const { sagaId } = await placeOrder(customerId, 2);
    await ended(sagaId);
    const { historyLength } = await temporal.workflow.getHandle(sagaId).describe();
    expect(historyLength).toBeLessThanOrEqual(10);
  });
});
