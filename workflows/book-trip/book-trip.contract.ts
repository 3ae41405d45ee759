import { defineUpdate } from '@temporalio/workflow';
import type { Money } from '../../contracts/values/money.js';
import type { RequestedTripParts } from '../../contracts/trip/trip-part.js';
import type { RequestIdentity, SagaPolicy } from '../saga/saga.contract.js';
import { workflowIds } from '../saga/workflow-id.js';

export const bookTripType = 'bookTrip';

/** Only additive changes: histories of running and finished sagas contain it. */
export interface BookTripRequest extends RequestedTripParts {
  tripId: string;
  customerId: string;
  paymentMethod: string;
  approval?: {
    /** A total above this limit, or in another currency, needs an approval. */
    requiredAbove: Money;
    /** How long the saga waits for the approval, in ms. It sends a reminder halfway through. */
    withinMs: number;
  };
  /** The starter of the saga has verified that the customer exists. Otherwise the saga checks. */
  customerVerified?: boolean;
  request?: RequestIdentity;
  policy: SagaPolicy;
}

/** Why a trip failed, and which part of it failed. */
export interface TripFailure {
  part: string;
  code: string;
  detail: string;
}

export type BookTripOutcome =
  { state: 'BOOKED'; tripId: string; total: Money } | { state: 'FAILED'; tripId: string; failure: TripFailure };

export interface ApprovalDecision {
  note?: string;
}

/** The decision. A repeated update gets the first answer under its id, so the sender of a different decision notices. */
export interface ApprovalMade extends ApprovalDecision {
  decision: 'approved' | 'declined';
}

/** Accepted only while the trip waits for approval; refused with `NotAwaitingApproval` otherwise. */
export const approveUpdate = defineUpdate<ApprovalMade, [ApprovalDecision]>('approve');
export const declineUpdate = defineUpdate<ApprovalMade, [ApprovalDecision]>('decline');
export const notAwaitingApproval = 'NotAwaitingApproval';

export const bookTripIds = workflowIds('book-trip');
