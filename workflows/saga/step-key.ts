import { workflowInfo } from '@temporalio/workflow';

/** The idempotency key of a step: only the business id and the step, so that a reset, a retry or another run finds its own effects. */
export function stepKey(step: string): string {
  return `${workflowInfo().workflowId}/${step.replaceAll(' ', '-')}`;
}

/** The idempotency key of a compensation. With the key of its step it would be dropped as a repeat of that step. */
export const compensationKey = (step: string): string => `${stepKey(step)}/undo`;
