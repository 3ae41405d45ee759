import { workflowInfo } from '@temporalio/workflow';

/** Derived from the business id and the step alone: a reset, a retry or another run of the same saga must find its own traces. */
export function stepKey(step: string): string {
  return `${workflowInfo().workflowId}/${step.replaceAll(' ', '-')}`;
}
