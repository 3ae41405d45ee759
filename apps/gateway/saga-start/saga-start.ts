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

/** Who asked for a saga and for what, kept with its run so that a repeat is known again. */
export interface Claim {
  /** The fingerprint of what was asked for. */
  print: string;
  /** Whether the caller has sent a key and so can send the same again: only then can there be a first time. */
  repeatable: boolean;
  /** The fingerprint of that key, where the saga's id does not follow from it. */
  key?: string;
}

/** The run of a saga that a command has started, now or when it was sent first. */
export interface StartedRun {
  sagaId: string;
  runId: string;
}
