import { workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../../activities/index.js';
import { Saga } from '../saga/saga.js';
import type { ShipOrderOutcome, ShipOrderRequest } from './ship-order.contract.js';

/** Ships a paid order. There is nothing to take back: it is shipped, or it is not. */
export async function shipOrder({ orderId, policy }: ShipOrderRequest): Promise<ShipOrderOutcome> {
  const saga = new Saga<Activities>(policy);
  const operationId = workflowInfo().workflowId;

  return saga.run<ShipOrderOutcome>(
    async () => {
      await saga.pivot('ship order', (call, key) => call.shipOrder({ ...key, orderId, operationId }));
      return { state: 'SHIPPED', orderId };
    },
    (reason) => ({ state: 'UNCHANGED', orderId, reason }),
  );
}
