/**
 * How an activity's failure reads to a saga, by the `type` of its `ApplicationFailure`. A business refusal has its own code as type
 * (`INSUFFICIENT_CREDIT`) and says so in its details; everything else is one of these. Plain data: workflows may import it.
 */
export const failureTypes = {
  /** The participant could not be asked or said that it cannot answer now: try again. */
  unavailable: 'ParticipantUnavailable',
  /** The request went out and no answer came back: the effect may be there. Reconcile by key before going on. */
  inDoubt: 'InDoubt',
  /** An answer that the contract does not know: a defect, so trying again is of no use. */
  unexpected: 'UnexpectedResponse',
} as const;

/** The details of every failure that an activity throws. */
export interface FailureDetails {
  refusal: boolean;
  participant: string;
  operation: string;
  attempt: number;
}
