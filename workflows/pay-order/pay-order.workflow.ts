import { workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../../activities/index.js';
import { Saga } from '../saga/saga.js';
import type { PayOrderOutcome, PayOrderRequest } from './pay-order.contract.js';

/** Charges for an approved order and frees the credit that it had reserved, or charges nothing and leaves it as it was. */
export async function payOrder({ orderId, paymentMethod, policy }: PayOrderRequest): Promise<PayOrderOutcome> {
  const saga = new Saga<Activities>(policy);
  const operationId = workflowInfo().workflowId;
  // A payment is tried by one saga only; an order whose card was declined is paid by the next saga with a payment of its own.
  const paymentId = operationId.replaceAll(':', '-');

  return saga.run<PayOrderOutcome>(
    async () => {
      const { customerId, total } = await saga.lock(
        'begin order payment',
        (call, key) => call.beginOrderPayment({ ...key, orderId, operationId }),
        'withdraw order payment',
        (call, key, reason) => call.withdrawOrderPayment({ ...key, orderId, operationId, reason }),
      );
      await saga.compensable(
        'authorize payment',
        (call, key) => call.authorize({ ...key, paymentId, orderId, customerId, paymentMethod, amount: total }),
        'void payment',
        (call, key) => call.void({ ...key, paymentId }),
      );
      await saga.pivot('capture payment', (call, key) => call.capture({ ...key, paymentId }));
      await saga.retriable('release credit', (call, key) => call.releaseCredit({ ...key, orderId }));
      await saga.retriable('confirm order payment', (call, key) => call.confirmOrderPayment({ ...key, orderId, operationId }));
      return { state: 'PAID', orderId };
    },
    (reason) => ({ state: 'UNCHANGED', orderId, reason }),
  );
}
