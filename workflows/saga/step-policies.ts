import { ActivityCancellationType, type ActivityOptions, type LocalActivityOptions } from '@temporalio/workflow';
import { failureTypes } from '../../contracts/failure-types.js';
import type { SagaPolicy } from './saga.contract.js';

const ATTEMPT_MS = 4_000;
const backoff = { initialInterval: 200, backoffCoefficient: 2, maximumInterval: 10_000 };
/** A defect is shown at once where somebody can act on it: the step fails, or the saga calls for attention. */
const backoffUnlessUnexpected = { ...backoff, nonRetryableErrorTypes: [failureTypes.unexpected] };

/** The first attempt of a step: in the worker itself, once, with a short deadline. What it leaves in doubt goes on under the others. */
export const fast = (policy: SagaPolicy, summary: string): LocalActivityOptions => ({
  summary,
  startToCloseTimeout: policy.fastStepMs,
  retry: { maximumAttempts: 1 },
});

/**
 * Goes on with a compensable step that the first attempt left in doubt, under the same key, until the step's deadline or the
 * saga's, whichever is first. One full attempt is made even if the saga's deadline has passed.
 */
export const patient = (policy: SagaPolicy, summary: string, msLeft = Number.POSITIVE_INFINITY): ActivityOptions => ({
  summary,
  startToCloseTimeout: ATTEMPT_MS,
  scheduleToCloseTimeout: Math.min(policy.stepDeadlineMs, Math.max(msLeft, ATTEMPT_MS)),
  retry: backoffUnlessUnexpected,
});

/** Never gives up: for what calls for attention, whose outcome must be known. */
export const persistent = (summary: string): ActivityOptions => ({
  summary,
  startToCloseTimeout: ATTEMPT_MS,
  retry: backoff,
});

/** What the saga can do without: given up at the deadline of a step, and dropped at once when the saga is asked to stop. */
export const dispensable = (policy: SagaPolicy, summary: string): ActivityOptions => ({
  ...patient(policy, summary),
  cancellationType: ActivityCancellationType.TRY_CANCEL,
});

/** A pivot, a seal, a compensation or a retriable step until its limit; then the saga calls for attention and asks on as `persistent`. */
export const untilAttention = (policy: SagaPolicy, summary: string): ActivityOptions => ({
  summary,
  startToCloseTimeout: ATTEMPT_MS,
  scheduleToCloseTimeout: policy.attentionAfterMs,
  retry: backoffUnlessUnexpected,
});
