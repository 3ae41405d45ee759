import type { Client } from '@temporalio/client';

interface StartedAttributes {
  workflowType?: { name?: string | null } | null;
  taskQueue?: { name?: string | null } | null;
  input?: { payloads?: { data?: Uint8Array | null }[] | null } | null;
}

/** The type, task queue and request of a saga. */
export interface StartedWith {
  type: string;
  taskQueue: string;
  request: { policy: object };
}

/** Reads from its history how a saga was started. */
export async function startedWith(client: Client, workflowId: string): Promise<StartedWith> {
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  const started = events?.[0]?.workflowExecutionStartedEventAttributes as StartedAttributes | undefined;
  const [input] = started?.input?.payloads ?? [];
  return {
    type: started!.workflowType!.name!,
    taskQueue: started!.taskQueue!.name!,
    request: JSON.parse(Buffer.from(input!.data!).toString('utf8')) as StartedWith['request'],
  };
}
