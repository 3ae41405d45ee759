import { expect } from 'vitest';
import { cancelOrderIds, cancelOrderType } from '../../workflows/cancel-order/cancel-order.contract.js';
import {
  expireUnpaidOrderIds,
  type ExpireUnpaidOrderOutcome,
  type ExpireUnpaidOrderRequest,
  expireUnpaidOrderType,
  noteOrderFactSignal,
} from '../../workflows/expire-unpaid-order/expire-unpaid-order.contract.js';
import { searchAttributes } from '../../workflows/saga/search-attributes.js';
import { ended, placeOrder } from './api.js';
import { type TemporalHarness, startTestTemporal } from './temporal.harness.js';

/** Numbers of cancellations of which each is found taken, in a round of its own. */
export const TAKEN = 4;
/** Two or three rounds of the process. */
const LONG_HISTORY = 35;

export interface ContinuedWatch {
  orderId: string;
  temporal: TemporalHarness;
  workflowId: string;
  firstRunId: string;
  lastRunId: string;
  outcome: ExpireUnpaidOrderOutcome;
}

/**
 * Lets a process watch an unpaid order for longer than one history. The Temporal server continues a history as new early. The caller stops
 * the server.
 */
export async function continuedWatch(customerId: string): Promise<ContinuedWatch> {
  const { orderId, sagaId } = await placeOrder(customerId, 5);
  expect((await ended(sagaId)).state).toBe('COMPLETED');
  const temporal = await startTestTemporal({ 'limit.historyCount.suggestContinueAsNew': String(LONG_HISTORY) });
  const { workflow } = temporal.client;
  const policy = { fastStepMs: 2_000, stepDeadlineMs: 30_000, attentionAfterMs: 30_000 };

  // Sagas that were ended by force before anything of them ran: their numbers are used, and the order has not counted them.
  for (let number = 1; number <= TAKEN; number++) {
    const used = await workflow.start(cancelOrderType, {
      workflowId: cancelOrderIds.of(orderId, number),
      taskQueue: 'nobody-polls',
      args: [{ orderId, policy }],
    });
    await used.terminate('its number is to be taken');
  }

  const workflowId = expireUnpaidOrderIds.of(orderId);
  const request: ExpireUnpaidOrderRequest = { orderId, customerId, approvedAt: new Date().toISOString(), termMs: 1, policy };
  const first = await workflow.signalWithStart(expireUnpaidOrderType, {
    workflowId,
    taskQueue: 'roundtrip',
    args: [request],
    typedSearchAttributes: [{ key: searchAttributes.businessId, value: orderId }],
    signal: noteOrderFactSignal.name,
    signalArgs: [{ occurrenceId: `approval of ${orderId}`, type: 'order.approved' }],
  });
  const outcome = (await workflow.getHandle(workflowId).result()) as ExpireUnpaidOrderOutcome;
  const { runId: lastRunId } = await workflow.getHandle(workflowId).describe();
  return { orderId, temporal, workflowId, firstRunId: first.signaledRunId, lastRunId, outcome };
}
