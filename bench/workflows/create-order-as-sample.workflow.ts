import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../../activities/index.js';
import type { CreateOrderRequest } from '../../workflows/create-order/create-order.contract.js';

const { createOrder, rejectOrder, reserveCredit, releaseCredit, approveOrder } = proxyActivities<Activities>({
  startToCloseTimeout: '1 minute',
  retry: { maximumAttempts: 3 },
});

/** The same calls as `createOrder`, written as the published saga sample writes them: normal activities, a list of undos. */
export async function createOrderAsSample({ orderId, customerId, lines }: CreateOrderRequest): Promise<{ state: string }> {
  const operationId = workflowInfo().workflowId;
  const order = { customerId, lines, operationId };
  const compensations: (() => Promise<unknown>)[] = [];
  try {
    const { total } = await createOrder({ key: `${operationId}/create`, orderId, ...order });
    compensations.unshift(() =>
      rejectOrder({ key: `${operationId}/reject`, orderId, rejection: { code: 'ABORTED', detail: 'failed' }, order }),
    );
    await reserveCredit({ key: `${operationId}/reserve`, customerId, orderId, amount: total });
    compensations.unshift(() => releaseCredit({ key: `${operationId}/release`, orderId }));
    await approveOrder({ key: `${operationId}/approve`, orderId });
    return { state: 'APPROVED' };
  } catch {
    for (const compensate of compensations) await compensate();
    return { state: 'REJECTED' };
  }
}
