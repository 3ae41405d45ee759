import { Client, Connection, WorkflowUpdateFailedError } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { sagaFailures } from '../../workflows/saga/saga.contract.js';
import * as workflows from '../../workflows/index.js';
import { call, clearFaults, ended, eventually, placeOrder, richestCustomer, saga, setFault } from '../support/api.js';
import { bookTrip, plentifulTrip, trip } from '../support/trips.js';
import { system } from '../support/system.js';

let connection: Connection;
let client: Client;
let taskQueue: string;
beforeAll(async () => {
  connection = await Connection.connect({ address: system().temporalAddress });
  client = new Client({ connection });
});
afterEach(clearFaults);
afterAll(() => connection.close());

/** Inputs that a person may type in Temporal's CLI or UI, including none. */
const malformed: unknown[][] = [[], [null], [7], ['x'], [[]], [{ note: 7 }], [{ note: 'x'.repeat(501) }]];

async function failedTasks(workflowId: string): Promise<number> {
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  return events?.filter(({ workflowTaskFailedEventAttributes }) => workflowTaskFailedEventAttributes).length ?? 0;
}

/** A waiting trip. */
async function waitingTrip() {
  const booked = await bookTrip({ ...plentifulTrip(), approvalRequiredAbove: { amount: 1, currency: 'EUR' } });
  await eventually(
    () => saga(booked.sagaId),
    ({ state }) => state === 'WAITING',
  );
  return booked;
}

describe('malformed input by the CLI or the UI', () => {
  it.each(['approve', 'decline', 'resolve'])('of the update %s is rejected, and the run continues', async (update) => {
    const { tripId, sagaId } = await waitingTrip();
    const handle = client.workflow.getHandle(sagaId);
    for (const args of malformed) {
      const error = await handle
        .executeUpdate(update, { args: args as [unknown], updateId: randomUUID() })
        .catch((thrown: unknown) => thrown);
      expect(error, JSON.stringify(args)).toBeInstanceOf(WorkflowUpdateFailedError);
      const { cause } = error as WorkflowUpdateFailedError;
      expect((cause as { type?: string } | undefined)?.type, JSON.stringify(args)).toBe(sagaFailures.malformedInput);
    }
    expect((await call('POST', `/v1/trips/${tripId}/approve`, {})).status).toBe(202);
    expect((await ended(sagaId)).state).toBe('COMPLETED');
    expect((await trip(tripId)).state).toBe('BOOKED');
    expect(await failedTasks(sagaId)).toBe(0);
  });

  it('of signals and queries is ignored, and the run continues', async () => {
    const { tripId, sagaId } = await waitingTrip();
    const handle = client.workflow.getHandle(sagaId);
    for (const args of malformed) {
      for (const signal of ['noteOrderFact', 'approve', 'nonsense']) await handle.signal(signal, ...args);
      expect(await handle.query('timeline', ...args)).toMatchObject({ state: 'WAITING' });
    }
    await expect(handle.query('nonsense')).rejects.toThrow('nonsense');
    expect((await saga(sagaId)).state).toBe('WAITING');
    expect((await call('POST', `/v1/trips/${tripId}/decline`, {})).status).toBe(202);
    expect((await ended(sagaId)).state).toBe('COMPENSATED');
    expect(await failedTasks(sagaId)).toBe(0);
  });

  it('of an abort is no reason not to roll back', async () => {
    await setFault({ participant: 'customer', operation: 'reserveCredit', mode: 'delay', delayMs: 3_000, times: 1 });
    const { sagaId } = await placeOrder(await richestCustomer(), 1);
    await client.workflow.getHandle(sagaId).executeUpdate('abort', { args: [{ force: true }] });
    expect((await ended(sagaId)).state).toBe('COMPENSATED');
    expect(await failedTasks(sagaId)).toBe(0);
  });

  it.each(Object.keys(workflows))('does not leave a run of %s that fails its task for ever', async (type) => {
    const { sagaId } = await placeOrder(await richestCustomer(), 1);
    ({ taskQueue } = await client.workflow.getHandle(sagaId).describe());
    for (const args of [[], [null], [{}], [{ policy: {} }]]) {
      const workflowId = `malformed-${type}-${randomUUID()}`;
      const handle = await client.workflow.start(type, { workflowId, taskQueue, args });
      const error = await handle.result().catch((thrown: unknown) => thrown);
      expect(error, JSON.stringify(args)).toMatchObject({ cause: { type: sagaFailures.malformedInput } });
      expect(await failedTasks(workflowId)).toBe(0);
    }
  });
});
