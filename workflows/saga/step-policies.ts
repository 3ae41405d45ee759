import { ActivityCancellationType, type ActivityOptions, type LocalActivityOptions } from '@temporalio/workflow';
import type { SagaPolicy } from './saga.contract.js';

const ATTEMPT_MS = 4_000;
const backoff = { initialInterval: 200, backoffCoefficient: 2, maximumInterval: 10_000 };

/** The first try of a forward step: in the worker itself, once, with a short deadline. What it does not settle goes on under `patient`. */
export const fast = (policy: SagaPolicy, summary: string): LocalActivityOptions => ({
  summary,
  startToCloseTimeout: policy.fastStepMs,
  retry: { maximumAttempts: 1 },
});

/** Goes on with a step that the first try left open, under the same key, until the step's deadline or the saga's, whichever is first. */
export const patient = (policy: SagaPolicy, summary: string, msLeft = Number.POSITIVE_INFINITY): ActivityOptions => ({
  summary,
  startToCloseTimeout: ATTEMPT_MS,
  scheduleToCloseTimeout: Math.min(policy.stepDeadlineMs, msLeft),
  retry: backoff,
});

/** Never gives up: for the pivot, whose outcome must be known, and for what an operator was asked to look at. */
export const persistent = (summary: string): ActivityOptions => ({
  summary,
  startToCloseTimeout: ATTEMPT_MS,
  retry: backoff,
});

/** What the saga can do without: given up at the deadline of a step, and dropped without a look back when it is told to stop. */
export const dispensable = (policy: SagaPolicy, summary: string): ActivityOptions => ({
  ...patient(policy, summary),
  cancellationType: ActivityCancellationType.TRY_CANCEL,
});

/** A compensation or a retriable step until its limit; after it the saga calls for attention and goes on under `persistent`. */
export const compensating = (policy: SagaPolicy, summary: string): ActivityOptions => ({
  ...persistent(summary),
  scheduleToCloseTimeout: policy.attentionAfterMs,
});
