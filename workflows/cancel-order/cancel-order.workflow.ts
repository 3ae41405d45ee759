import { defineSaga } from '../saga/define-saga.js';
import type { CancelOrderOutcome, CancelOrderRequest } from './cancel-order.contract.js';

/** Cancels an approved order and releases its credit, or leaves both as they were. */
export const cancelOrder = defineSaga<CancelOrderRequest, CancelOrderOutcome>((saga, { orderId, request }) => {
  const operation = { orderId, operationId: saga.id };
  const memory = request && { request };

  const begin = saga.lock('begin order cancellation', {
    do: (call, key) => call.beginOrderCancellation({ ...key, ...operation, ...memory }),
    undo: [
      'withdraw order cancellation',
      (call, key, { reason }) => call.withdrawOrderCancellation({ ...key, ...operation, reason, ...memory }),
    ],
  });
  const release = saga.pivot('release credit', { do: (call, key) => call.releaseCredit({ ...key, orderId }) });
  const confirm = saga.retriable('confirm order cancellation', {
    do: (call, key) => call.confirmOrderCancellation({ ...key, ...operation }),
  });

  return {
    process: async () => {
      await begin();
      await release();
      await confirm();
      return { state: 'CANCELLED', orderId };
    },
    rejected: ({ reason }) => ({ state: 'UNCHANGED', orderId, reason }),
  };
});
