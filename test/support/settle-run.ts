import type { Client } from '@temporalio/client';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { startedWith } from './started-with.js';

/** Starts the run that settles a lost saga: its type, its id and its input, marked as such. The saga service may have been faster. */
export async function startSettleRun(client: Client, workflowId: string): Promise<void> {
  const { type, taskQueue, request } = await startedWith(client, workflowId);
  const { typedSearchAttributes } = await client.workflow.getHandle(workflowId).describe();
  await client.workflow
    .start(type, {
      workflowId,
      taskQueue,
      workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
      typedSearchAttributes,
      args: [{ ...request, policy: { ...request.policy, settle: true } }],
    })
    .catch((error: unknown) => {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    });
}
