import type { Participant } from '../../../contracts/participants.js';
import type { SagaPolicy } from '../../../workflows/saga/saga.contract.js';

/** A saga that is to be started, and what an operator reads about it in the Temporal UI. */
export interface SagaStart {
  type: string;
  sagaId: string;
  businessId: string;
  customerId: string;
  /** The saga's one argument, but for the policy that all sagas get. */
  request: object;
  /** Who must be there for the saga to do its work. */
  participants: readonly Participant[];
  summary: string;
  details?: string;
}

/** The one argument of a saga without the policy that the gateway gives to all of them. */
export type WithoutPolicy<Request extends { policy: SagaPolicy }> = Omit<Request, 'policy'>;

/** Who requested a saga and what, kept with its run so that a retry is recognised. */
export interface RequestIdentity {
  /** The fingerprint of the request's content. */
  fingerprint: string;
  /** True if the request has an `Idempotency-Key`, so it may be a retry. */
  repeatable: boolean;
  /** The fingerprint of that key, where the saga's id does not follow from it. */
  key?: string;
}

/** The run of a saga that a command has started, now or when it was sent first. */
export interface StartedRun {
  sagaId: string;
  runId: string;
}
