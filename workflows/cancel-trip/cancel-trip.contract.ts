import type { Money } from '../../contracts/values/money.js';
import type { Reason, RequestIdentity, SagaPolicy } from '../saga/saga.contract.js';
import { workflowIds } from '../saga/workflow-id.js';

export const cancelTripType = 'cancelTrip';

export interface CancelTripRequest {
  tripId: string;
  request?: RequestIdentity;
  policy: SagaPolicy;
}

export type CancelTripOutcome =
  { state: 'CANCELLED'; tripId: string; refund: Money } | { state: 'BOOKED'; tripId: string; reason: Reason };

/** Numbered by the trip's `commandCount`: two cancellations at once are one saga. */
export const cancelTripIds = workflowIds('cancel-trip');
