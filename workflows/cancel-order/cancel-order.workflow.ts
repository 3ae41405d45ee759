import { workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../../activities/index.js';
import { Saga } from '../saga/saga.js';
import type { CancelOrderOutcome, CancelOrderRequest } from './cancel-order.contract.js';

/** Cancels an approved order and gives its credit back, or leaves both as they were. */
export async function cancelOrder({ orderId, policy }: CancelOrderRequest): Promise<CancelOrderOutcome> {
  const saga = new Saga<Activities>(policy);
  const operationId = workflowInfo().workflowId;

  return saga.run<CancelOrderOutcome>(
    async () => {
      await saga.lock(
        'begin order cancellation',
        (call, key) => call.beginOrderCancellation({ ...key, orderId, operationId }),
        'withdraw order cancellation',
        (call, key, reason) => call.withdrawOrderCancellation({ ...key, orderId, operationId, reason }),
      );
      await saga.pivot('release credit', (call, key) => call.releaseCredit({ ...key, orderId }));
      await saga.retriable('confirm order cancellation', (call, key) =>
        call.confirmOrderCancellation({ ...key, orderId, operationId }),
      );
      return { state: 'CANCELLED', orderId };
    },
    (reason) => ({ state: 'UNCHANGED', orderId, reason }),
  );
}
