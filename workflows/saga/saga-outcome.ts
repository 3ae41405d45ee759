import { ApplicationFailure } from '@temporalio/workflow';
import type { SagaProgress } from './saga-progress.js';
import type { Reason, sagaFailures } from './saga.contract.js';
import type { StepFailure } from './step-failure.js';

/** Why the saga rolls back, for its outcome and for its participants. */
export function reasonOf({ aborted, policy }: SagaProgress, failure: StepFailure): Reason {
  if (aborted) return { code: 'ABORTED', detail: 'The saga was aborted before its pivot.' };
  if (policy.settle) return { code: 'ABORTED', detail: 'The saga was lost before its pivot, and has been settled.' };
  if (failure.kind === 'inDoubt') return { code: 'PARTICIPANT_UNAVAILABLE', detail: failure.detail };
  return { code: failure.code, detail: failure.detail };
}

/** The failure that a saga ends with when an operator has skipped steps. */
export function skippedFailure(
  type: typeof sagaFailures.compensationIncomplete | typeof sagaFailures.retriableStepSkipped,
  skippedSteps: readonly string[],
  reason?: Reason,
  cause?: unknown,
): ApplicationFailure {
  const because = reason ? ` (the saga rolled back because of ${reason.code})` : '';
  return ApplicationFailure.create({
    type,
    message: `An operator skipped: ${skippedSteps.join(', ')}${because}`,
    nonRetryable: true,
    details: [{ held: [...skippedSteps], ...(reason ? { reason } : {}) }],
    ...(cause instanceof Error ? { cause } : {}),
  });
}
