import type { Participant } from '../../../contracts/participant/participants.js';
import type { SagaPolicy } from '../../../workflows/saga/saga.contract.js';

/** A saga to start, with its summary for the Temporal UI. */
export interface SagaStart {
  type: string;
  sagaId: string;
  /** The type of the saga's aggregate. The participant of the same name owns it. */
  aggregateType: 'order' | 'trip';
  businessId: string;
  customerId: string;
  /** The saga's one argument, without the policy and the identity of the request. */
  request: object;
  /** The participants that must be available. */
  participants: readonly Participant[];
  summary: string;
  details?: string;
}

/** The one argument of a saga without the policy and the identity of the request, which the starter adds. */
export type SagaInput<Request extends { policy: SagaPolicy }> = Omit<Request, 'policy' | 'request'>;

/** The run of a saga that a command has started, now or by its first request. */
export interface StartedRun {
  sagaId: string;
  /** Undefined for a run that Temporal has dropped. */
  runId: string | undefined;
}
