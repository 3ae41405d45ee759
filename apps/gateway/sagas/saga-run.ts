import type { WorkflowExecutionInfo } from '@temporalio/client';

/** What the API uses of a workflow's run, whether it comes from a list or from a description. */
export interface SagaRun extends Pick<WorkflowExecutionInfo, 'workflowId' | 'runId' | 'startTime' | 'typedSearchAttributes'> {
  status: Pick<WorkflowExecutionInfo['status'], 'name'>;
  closeTime?: Date | undefined;
  raw: unknown;
}
