import { expect, it } from 'vitest';
import { searchAttributes } from '../../workflows/saga/search-attributes.js';
import { newCustomer } from '../services/customer.harness.js';
import { ParticipantHarness } from '../services/participant.harness.js';
import { order } from '../support/api.js';
import { continuedWatch, TAKEN } from '../support/continued-watch.js';
import { system } from '../support/system.js';

it('continues in a new run, with its state, when its history has grown long', async () => {
  const customerId = await newCustomer(new ParticipantHarness('customer', () => system().customerUrl), { limit: 100_00 });
  const { orderId, temporal, workflowId, firstRunId, lastRunId, outcome } = await continuedWatch(customerId);
  try {
    expect(outcome).toEqual({ state: 'EXPIRED', orderId, sagaId: `cancel-order:${orderId}:${TAKEN + 1}` });
    expect(await order(orderId)).toMatchObject({ state: 'CANCELLED' });

    const { workflow } = temporal.client;
    expect((await workflow.getHandle(workflowId, firstRunId).describe()).status.name).toBe('CONTINUED_AS_NEW');
    const last = await workflow.getHandle(workflowId, lastRunId).describe();
    expect(last.typedSearchAttributes.get(searchAttributes.businessId)).toBe(orderId);

    const { events } = await workflow.getHandle(workflowId, lastRunId).fetchHistory();
    const [payload] = events![0]!.workflowExecutionStartedEventAttributes!.input!.payloads!;
    const { carried } = JSON.parse(Buffer.from(payload!.data!).toString()) as { carried: { free: number; pauseMs: number } };
    expect(carried).toMatchObject({ heard: [{ occurrenceId: `approval of ${orderId}`, type: 'order.approved' }] });
    expect(carried.free, 'the numbers that were taken are not tried again').toBeGreaterThan(1);
    expect(carried.pauseMs, 'it looks less and less often').toBeGreaterThan(1_000);
    const [child] = events!.flatMap(({ startChildWorkflowExecutionInitiatedEventAttributes: started }) => started ?? []);
    expect(child?.workflowId).toBe(`cancel-order:${orderId}:${carried.free}`);
  } finally {
    await temporal.stop();
  }
});
