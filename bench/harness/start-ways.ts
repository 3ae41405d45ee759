import type { Client, WorkflowHandle } from '@temporalio/client';
import { uuidv7 } from 'uuidv7';
import type { SagaPolicy } from '../../workflows/saga/saga.contract.js';
import { searchAttributes } from '../../workflows/saga/search-attributes.js';
import { TASK_QUEUE } from './bench-system.js';

/** The saga policy of benchmarks: its deadlines are so long that they slow no saga down. */
export const benchPolicy: SagaPolicy = { fastStepMs: 5_000, stepDeadlineMs: 60_000, attentionAfterMs: 600_000 };

export interface SagaToRun {
  type: string;
  workflowId: string;
  customerId: string;
  businessId: string;
  input: object;
}

/** Runs a saga as the gateway does: started eagerly, with its search attributes. @returns its result with its handle. */
export async function runSaga(client: Client, { type, workflowId, customerId, businessId, input }: SagaToRun) {
  const handle = await client.workflow.start(type, {
    workflowId,
    taskQueue: TASK_QUEUE,
    args: [input],
    requestEagerStart: true,
    typedSearchAttributes: [
      { key: searchAttributes.sagaType, value: type },
      { key: searchAttributes.sagaState, value: 'RUNNING' },
      { key: searchAttributes.customerId, value: customerId },
      { key: searchAttributes.businessId, value: businessId },
    ],
  });
  return { handle, result: (await handle.result()) as { state?: string } | null };
}

/** Runs as many steps that do nothing, as local activities with eager start. @param groups how many at once, one group after the other. */
export async function runFloor(client: Client, groups: readonly number[]): Promise<WorkflowHandle> {
  const handle = await client.workflow.start('noOpSteps', {
    workflowId: `floor:${uuidv7()}`,
    taskQueue: TASK_QUEUE,
    args: [groups],
    requestEagerStart: true,
  });
  await handle.result();
  return handle;
}

/** Runs a workflow as the published sample does: no eager start, no search attributes. */
export async function runAsSample(client: Client, type: string, input: unknown) {
  const handle = await client.workflow.start(type, { workflowId: `sample:${uuidv7()}`, taskQueue: TASK_QUEUE, args: [input] });
  return { handle, result: (await handle.result()) as { state?: string } | null };
}

/** @throws unless what was run ended as it should: what fails fast must not be taken for fast. */
export function requireState(state: string, result: { state?: string } | null): void {
  if (result?.state !== state) throw new Error(`something of the benchmark ended ${result?.state} and not ${state}`);
}
