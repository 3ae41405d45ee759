import type { Money } from '../../contracts/values/money.js';
import type { OrderLineRequest } from '../../contracts/order/order.resource.js';
import type { Reason, RequestIdentity, SagaPolicy } from '../saga/saga.contract.js';
import { workflowIds } from '../saga/workflow-id.js';

export const reviseOrderType = 'reviseOrder';

export interface ReviseOrderRequest {
  orderId: string;
  lines: OrderLineRequest[];
  request?: RequestIdentity;
  policy: SagaPolicy;
}

export type ReviseOrderOutcome =
  { state: 'REVISED'; orderId: string; total: Money } | { state: 'UNCHANGED'; orderId: string; reason: Reason };

/** Numbered by the order's `commandCount`: two revisions at once are one saga. */
export const reviseOrderIds = workflowIds('revise-order');
