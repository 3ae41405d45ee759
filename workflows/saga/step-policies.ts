import { ActivityCancellationType, type ActivityOptions, type LocalActivityOptions } from '@temporalio/workflow';
import { failureTypes } from '../../contracts/participant/failure-types.js';
import type { SagaPolicy } from './saga.contract.js';

const ATTEMPT_MS = 4_000;
const backoff = { initialInterval: 200, backoffCoefficient: 2, maximumInterval: 10_000 };
/** A defect fails the step at once, or makes the saga call for attention: then somebody can act on it. */
const backoffUnlessUnexpected = { ...backoff, nonRetryableErrorTypes: [failureTypes.unexpected] };

/** The first attempt of a step: once, in the worker itself, with a short deadline. A step left in doubt is retried by other options. */
export const firstAttempt = (policy: SagaPolicy, summary: string): LocalActivityOptions => ({
  summary,
  startToCloseTimeout: policy.fastStepMs,
  retry: { maximumAttempts: 1 },
});

/**
 * Retries a compensable step that the first attempt left in doubt, until the step's deadline or the saga's, whichever is earlier. Makes
 * one full attempt even after the saga's deadline.
 */
export const untilDeadline = (policy: SagaPolicy, summary: string, msLeft = Number.POSITIVE_INFINITY): ActivityOptions => ({
  summary,
  startToCloseTimeout: ATTEMPT_MS,
  scheduleToCloseTimeout: Math.min(policy.stepDeadlineMs, Math.max(msLeft, ATTEMPT_MS)),
  retry: backoffUnlessUnexpected,
});

/** Retries a step without limit: the saga has called for attention, and the outcome of the step must be known. */
export const withoutLimit = (summary: string): ActivityOptions => ({
  summary,
  startToCloseTimeout: ATTEMPT_MS,
  retry: backoff,
});

/** Retries until the deadline of a step. A cancelled saga does not wait for it, and no outcome depends on it. */
export const bestEffort = (policy: SagaPolicy, summary: string): ActivityOptions => ({
  ...untilDeadline(policy, summary),
  cancellationType: ActivityCancellationType.TRY_CANCEL,
});

/** Retries a pivot, a seal, a compensation or a retriable step until the saga calls for attention. `withoutLimit` follows. */
export const untilAttention = (policy: SagaPolicy, summary: string): ActivityOptions => ({
  summary,
  startToCloseTimeout: ATTEMPT_MS,
  scheduleToCloseTimeout: policy.attentionAfterMs,
  retry: backoffUnlessUnexpected,
});
