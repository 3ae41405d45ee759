import type { WorkflowExecutionInfo } from '@temporalio/client';

/** What the API uses of a workflow's run, whether it comes from a list or from a description. */
export interface SagaRun extends Pick<
  WorkflowExecutionInfo,
  'workflowId' | 'runId' | 'status' | 'startTime' | 'typedSearchAttributes'
> {
  closeTime?: Date | undefined;
  raw: unknown;
}
