import type { Client } from '@temporalio/client';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';

interface StartedAttributes {
  workflowType?: { name?: string | null } | null;
  taskQueue?: { name?: string | null } | null;
  input?: { payloads?: { data?: Uint8Array | null }[] | null } | null;
}

/** Starts the run that settles a lost saga: its type, its id and its input, marked as such. The saga service may have been faster. */
export async function startSettleRun(client: Client, workflowId: string): Promise<void> {
  const lost = client.workflow.getHandle(workflowId);
  const { events } = await lost.fetchHistory();
  const { typedSearchAttributes } = await lost.describe();
  const started = events?.[0]?.workflowExecutionStartedEventAttributes as StartedAttributes | undefined;
  const [input] = started?.input?.payloads ?? [];
  const request = JSON.parse(Buffer.from(input!.data!).toString('utf8')) as { policy: object };
  await client.workflow
    .start(started!.workflowType!.name!, {
      workflowId,
      taskQueue: started!.taskQueue!.name!,
      workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
      typedSearchAttributes,
      args: [{ ...request, policy: { ...request.policy, settle: true } }],
    })
    .catch((error: unknown) => {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    });
}
