import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { eventually } from './api.js';

/** Whether Temporal knows no run of the saga. */
export const isForgotten = (client: Client, sagaId: string): Promise<boolean> =>
  client.workflow
    .getHandle(sagaId)
    .describe()
    .then(
      () => false,
      (error: unknown) => error instanceof WorkflowNotFoundError,
    );

/** Deletes the run of a saga, as Temporal does by itself after its retention. Resolves when it is gone, after some ten seconds. */
export async function forgetRun(client: Client, sagaId: string): Promise<void> {
  await client.workflowService.deleteWorkflowExecution({ namespace: 'default', workflowExecution: { workflowId: sagaId } });
  await eventually(
    () => isForgotten(client, sagaId),
    (gone) => gone,
  );
}
