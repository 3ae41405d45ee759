import { ActivityFailure, ApplicationFailure, isCancellation, TemporalFailure, TimeoutFailure } from '@temporalio/workflow';
import { failureTypes, type FailureDetails } from '../../contracts/participant/failure-types.js';

/** Why a step did not succeed. The kind decides what the saga does next. */
export interface StepFailure {
  /**
   * `refused`: the answer stored under the key is a refusal. `inDoubt`: no answer yet, the step may have an effect. `unexpected`: an
   * answer outside the contract and not stored under the key; the step may have an effect. `cancelled`: the saga was asked to stop.
   */
  kind: 'refused' | 'inDoubt' | 'unexpected' | 'cancelled';
  code: string;
  detail: string;
  attempts: number;
}

/** Classifies a failure of an activity, local or not. @throws errors that are not Temporal failures: they are bugs of the workflow. */
export function readFailure(error: unknown): StepFailure {
  if (isCancellation(error)) return { kind: 'cancelled', code: 'CANCELLED', detail: 'The saga was cancelled.', attempts: 1 };
  if (!(error instanceof TemporalFailure)) throw error;
  const cause = error instanceof ActivityFailure ? error.cause : error; // a local activity's failure comes without a wrapper
  if (cause instanceof ApplicationFailure) {
    const { refusal, attempt } = (cause.details?.[0] ?? {}) as Partial<FailureDetails>;
    const details = { detail: cause.message, attempts: attempt ?? 1 };
    if (refusal) return { kind: 'refused', code: cause.type ?? 'REFUSED', ...details };
    if (cause.nonRetryable || cause.type === failureTypes.unexpected)
      return { kind: 'unexpected', code: 'UNEXPECTED_RESPONSE', ...details };
    return { kind: 'inDoubt', code: cause.type === failureTypes.inDoubt ? 'IN_DOUBT' : 'PARTICIPANT_UNAVAILABLE', ...details };
  }
  if (cause instanceof TimeoutFailure) {
    return { kind: 'inDoubt', code: 'IN_DOUBT', detail: 'There was no answer in time.', attempts: 1 };
  }
  return { kind: 'unexpected', code: 'UNEXPECTED_RESPONSE', detail: cause?.message ?? error.message, attempts: 1 };
}
