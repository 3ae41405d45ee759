import type { Reason, RequestIdentity, SagaPolicy } from '../saga/saga.contract.js';
import { workflowIds } from '../saga/workflow-id.js';

export const payOrderType = 'payOrder';

export interface PayOrderRequest {
  orderId: string;
  paymentMethod: string;
  request?: RequestIdentity;
  policy: SagaPolicy;
}

export type PayOrderOutcome = { state: 'PAID'; orderId: string } | { state: 'UNCHANGED'; orderId: string; reason: Reason };

/** Numbered by the order's `commandCount`: two payments at once are one saga. */
export const payOrderIds = workflowIds('pay-order');
