import type { Money } from '../../contracts/values/money.js';
import type { OrderLineRequest, Rejection } from '../../contracts/order/order.resource.js';
import type { RequestIdentity, SagaPolicy } from '../saga/saga.contract.js';
import { workflowIds } from '../saga/workflow-id.js';

export const createOrderType = 'createOrder';

/** Only additive changes: histories of running and finished sagas contain it. */
export interface CreateOrderRequest {
  orderId: string;
  customerId: string;
  lines: OrderLineRequest[];
  request?: RequestIdentity;
  policy: SagaPolicy;
}

export type CreateOrderOutcome =
  { state: 'APPROVED'; orderId: string; total: Money } | { state: 'REJECTED'; orderId: string; rejection: Rejection };

/** One saga for each order, for ever: a second start has no effect. */
export const createOrderIds = workflowIds('create-order');
