import { workflowInfo } from '@temporalio/workflow';

/** Derived from the business id and the step alone: a reset, a retry or another run of the same saga must find its own effects. */
export function stepKey(step: string): string {
  return `${workflowInfo().workflowId}/${step.replaceAll(' ', '-')}`;
}

/** A compensation has a key of its own, else it would be dropped as a repeat of its step. */
export const compensationKey = (step: string): string => `${stepKey(step)}/undo`;
