import type { Reason, RequestIdentity, SagaPolicy } from '../saga/saga.contract.js';
import { workflowIds } from '../saga/workflow-id.js';

export const cancelOrderType = 'cancelOrder';

export interface CancelOrderRequest {
  orderId: string;
  request?: RequestIdentity;
  policy: SagaPolicy;
}

export type CancelOrderOutcome =
  { state: 'CANCELLED'; orderId: string } | { state: 'UNCHANGED'; orderId: string; reason: Reason };

/** Numbered by the order's `commandCount`: two cancellations at once are one saga. */
export const cancelOrderIds = workflowIds('cancel-order');
