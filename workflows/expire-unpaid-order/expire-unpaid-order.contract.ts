import { defineSignal } from '@temporalio/workflow';
import type { OrderFact } from '../../contracts/order/order-fact.js';
import type { Reason, SagaPolicy } from '../saga/saga.contract.js';
import { workflowIds } from '../saga/workflow-id.js';

export const expireUnpaidOrderType = 'expireUnpaidOrder';

export interface ExpireUnpaidOrderRequest {
  orderId: string;
  customerId: string;
  /** The start of the term, RFC 3339. */
  approvedAt: string;
  /** How long the order may stay unpaid, in milliseconds. */
  termMs: number;
  /** The policy of the saga that cancels the order. */
  policy: SagaPolicy;
  /** The state of the previous run, whose history had grown long. Absent in the first run. */
  carried?: ContinuedExpiry;
}

/** The state that one run passes to the next, after the term has ended. */
export interface ContinuedExpiry {
  /** The lowest command number that no cancellation has used yet. */
  free: number;
  /** How long to wait after the next poll, in milliseconds. */
  pauseMs: number;
  /** The facts that the process has received about its order. */
  heard: OrderFact[];
}

/** SETTLED: there was nothing left to do. EXPIRED: the order was cancelled. LEFT: the cancellation was refused or aborted. */
export type ExpireUnpaidOrderOutcome =
  | { state: 'SETTLED'; orderId: string }
  | { state: 'EXPIRED'; orderId: string; sagaId: string }
  | { state: 'LEFT'; orderId: string; sagaId: string; reason: Reason };

/** One workflow for each order, for ever. */
export const expireUnpaidOrderIds = workflowIds('expire-unpaid-order');

/** Notifies the process of a fact about its order. */
export const noteOrderFactSignal = defineSignal<[OrderFact]>('noteOrderFact');
