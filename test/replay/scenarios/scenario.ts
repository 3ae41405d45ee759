import { Client, Connection } from '@temporalio/client';
import { expect } from 'vitest';
import type { ResolveAction, SagaState, StepState } from '../../../contracts/saga/saga-state.js';
import { call, ended, eventually, saga } from '../../support/api.js';
import { system } from '../../support/system.js';

/** One run of a workflow, on a Temporal server that is not the system's. */
export interface RunElsewhere {
  workflowId: string;
  runId: string;
  client: Client;
  stop: () => Promise<void>;
}

/** Ways to an ending, by the name `<workflow>.<scenario>` of the history: each drives a saga there and resolves with its id. */
export type Scenarios = Readonly<Record<string, () => Promise<string | RunElsewhere>>>;

/** The saga has ended, and as the scenario's name says. @returns its id. */
export async function endsAs(sagaId: string, state: SagaState): Promise<string> {
  expect((await ended(sagaId)).state).toBe(state);
  return sagaId;
}

export const comesTo = (sagaId: string, step: string, state: StepState) =>
  eventually(
    () => saga(sagaId),
    ({ steps }) => steps.some((one) => one.name === step && one.state === state),
  );

export async function resolve(sagaId: string, step: string, action: ResolveAction): Promise<void> {
  await comesTo(sagaId, step, 'NEEDS_ATTENTION');
  const decision = { step, action, note: `recorded: ${action}` };
  expect((await call('POST', `/v1/sagas/${sagaId}/resolve`, decision)).status).toBe(200);
}

export async function abort(sagaId: string): Promise<void> {
  expect((await call('POST', `/v1/sagas/${sagaId}/abort`)).status).toBe(202);
}

/** Terminates the saga's workflow by force, and has it settled once it is known to be lost. */
export async function settleAfterTermination(sagaId: string): Promise<void> {
  const connection = await Connection.connect({ address: system().temporalAddress });
  await new Client({ connection }).workflow.getHandle(sagaId).terminate('lost on purpose');
  await connection.close();
  await eventually(
    () => call('POST', `/v1/sagas/${sagaId}/settle`, { note: 'recorded: settled' }),
    ({ status }) => status === 202,
  );
}

/** Cancels the saga's workflow as an operator of Temporal would. */
export async function cancelInTemporal(sagaId: string): Promise<void> {
  const connection = await Connection.connect({ address: system().temporalAddress });
  await new Client({ connection }).workflow.getHandle(sagaId).cancel();
  await connection.close();
}
