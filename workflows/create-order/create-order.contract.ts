import type { Money } from '../../contracts/money.js';
import type { OrderLineRequest, Rejection } from '../../contracts/order.resource.js';
import type { RequestIdentity, SagaPolicy } from '../saga/saga.contract.js';
import { workflowIds } from '../saga/workflow-id.js';

export const createOrderType = 'createOrder';

/** Additive only: histories of running and finished orders hold it. */
export interface CreateOrderRequest {
  orderId: string;
  customerId: string;
  lines: OrderLineRequest[];
  request?: RequestIdentity;
  policy: SagaPolicy;
}

export type CreateOrderOutcome =
  { state: 'APPROVED'; orderId: string; total: Money } | { state: 'REJECTED'; orderId: string; rejection: Rejection };

/** The saga of an order: one for ever, so starting it twice is starting it once. */
export const createOrderIds = workflowIds('create-order');
