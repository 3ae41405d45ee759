import { workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../../activities/index.js';
import { Saga } from '../saga/saga.js';
import type { CreateOrderOutcome, CreateOrderRequest } from './create-order.contract.js';

/** Creates an order against the customer's credit, or leaves the credit as it was and the order rejected. */
export async function createOrder({ orderId, customerId, lines, policy }: CreateOrderRequest): Promise<CreateOrderOutcome> {
  const saga = new Saga<Activities>(policy);
  const order = { customerId, lines, operationId: workflowInfo().workflowId };

  return saga.run<CreateOrderOutcome>(
    async () => {
      const { total } = await saga.compensable(
        'create order',
        (call, key) => call.createOrder({ ...key, orderId, ...order }),
        'reject order',
        (call, key, rejection) => call.rejectOrder({ ...key, orderId, rejection, order }),
      );
      await saga.compensable(
        'reserve credit',
        (call, key) => call.reserveCredit({ ...key, customerId, orderId, amount: total }),
        'release credit',
        (call, key) => call.releaseCredit({ ...key, orderId }),
      );
      await saga.pivot('approve order', (call, key) => call.approveOrder({ ...key, orderId }));
      return { state: 'APPROVED', orderId, total };
    },
    (rejection) => ({ state: 'REJECTED', orderId, rejection }),
  );
}
