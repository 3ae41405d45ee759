import { expect } from 'vitest';
import type { ResolveAction, SagaState, StepState } from '../../../contracts/saga-state.js';
import { call, ended, eventually, saga } from '../../support/api.js';

/** Ways to an ending, by the name `<workflow>.<scenario>` of the history: each drives a saga there and resolves with its id. */
export type Scenarios = Readonly<Record<string, () => Promise<string>>>;

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
