import type { Reason, RequestIdentity, SagaPolicy } from '../saga/saga.contract.js';
import { workflowIds } from '../saga/workflow-id.js';

export const shipOrderType = 'shipOrder';

export interface ShipOrderRequest {
  orderId: string;
  request?: RequestIdentity;
  policy: SagaPolicy;
}

export type ShipOrderOutcome = { state: 'SHIPPED'; orderId: string } | { state: 'UNCHANGED'; orderId: string; reason: Reason };

/** Numbered by the order's `commandCount`: two shipments at once are one saga. */
export const shipOrderIds = workflowIds('ship-order');
