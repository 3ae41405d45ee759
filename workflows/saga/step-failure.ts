import { ActivityFailure, ApplicationFailure, isCancellation, TemporalFailure, TimeoutFailure } from '@temporalio/workflow';
import { failureTypes, type FailureDetails } from '../../contracts/failure-types.js';

/** Why a step did not succeed, and with that what the saga does next. */
export interface StepFailure {
  /**
   * `refused`: the key's own answer is a business no. `inDoubt`: no answer yet, the effect may be there. `unexpected`: an answer that
   * is not the key's own and that the contract does not know; the effect may be there. `cancelled`: the saga was asked to stop.
   */
  kind: 'refused' | 'inDoubt' | 'unexpected' | 'cancelled';
  code: string;
  detail: string;
  attempts: number;
}

/** Reads a failure of an activity, local or not. Errors that are not Temporal failures are bugs of the workflow and are thrown on. */
export function readFailure(error: unknown): StepFailure {
  if (isCancellation(error)) return { kind: 'cancelled', code: 'CANCELLED', detail: 'The saga was cancelled.', attempts: 1 };
  if (!(error instanceof TemporalFailure)) throw error;
  const cause = error instanceof ActivityFailure ? error.cause : error; // a local activity's failure comes without a wrapper
  if (cause instanceof ApplicationFailure) {
    const { refusal, attempt } = (cause.details?.[0] ?? {}) as Partial<FailureDetails>;
    const said = { detail: cause.message, attempts: attempt ?? 1 };
    if (refusal) return { kind: 'refused', code: cause.type ?? 'REFUSED', ...said };
    if (cause.nonRetryable || cause.type === failureTypes.unexpected)
      return { kind: 'unexpected', code: 'UNEXPECTED_RESPONSE', ...said };
    return { kind: 'inDoubt', code: cause.type === failureTypes.inDoubt ? 'IN_DOUBT' : 'PARTICIPANT_UNAVAILABLE', ...said };
  }
  if (cause instanceof TimeoutFailure) {
    return { kind: 'inDoubt', code: 'IN_DOUBT', detail: 'There was no answer in time.', attempts: 1 };
  }
  return { kind: 'unexpected', code: 'UNEXPECTED_RESPONSE', detail: cause?.message ?? error.message, attempts: 1 };
}
