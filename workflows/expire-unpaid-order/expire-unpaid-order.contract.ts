import { defineSignal } from '@temporalio/workflow';
import type { OrderFact } from '../../contracts/order-fact.js';
import type { Reason, SagaPolicy } from '../saga/saga.contract.js';
import { workflowIds } from '../saga/workflow-id.js';

export const expireUnpaidOrderType = 'expireUnpaidOrder';

export interface ExpireUnpaidOrderRequest {
  orderId: string;
  customerId: string;
  /** RFC 3339: from when the term counts. */
  approvedAt: string;
  /** How long the order may stay unpaid, in milliseconds. */
  termMs: number;
  /** Of the saga that cancels the order. */
  policy: SagaPolicy;
  /** From the run before, whose history had grown long; absent in the first. */
  carried?: CarriedWatch;
}

/** What one run of the process hands on to the next, once the term is over. */
export interface CarriedWatch {
  /** The lowest number under which no cancellation has been tried. */
  free: number;
  /** How long to wait after the next look, in milliseconds. */
  pauseMs: number;
  /** What the process has been told of its order. */
  heard: OrderFact[];
}

/** SETTLED: there was nothing to do any more. EXPIRED: the order was cancelled. LEFT: somebody kept the cancellation from happening. */
export type ExpireUnpaidOrderOutcome =
  | { state: 'SETTLED'; orderId: string }
  | { state: 'EXPIRED'; orderId: string; sagaId: string }
  | { state: 'LEFT'; orderId: string; sagaId: string; reason: Reason };

/** One for ever for each order. */
export const expireUnpaidOrderIds = workflowIds('expire-unpaid-order');

/** Tells the process what has become of its order. */
export const noteOrderFactSignal = defineSignal<[OrderFact]>('noteOrderFact');
