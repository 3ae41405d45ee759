import type { SagaPolicy } from '../../workflows/saga/saga.contract.js';
import { Saga } from '../../workflows/saga/saga.js';
import type { NoOpActivities } from '../no-op.activities.js';

/** A saga of so many steps, each with its undo, that do nothing: what the saga kit costs for each. */
export async function noOpSaga({ steps, policy }: { steps: number; policy: SagaPolicy }): Promise<void> {
  const saga = new Saga<NoOpActivities>(policy);
  const declared = Array.from({ length: steps }, (_, step) =>
    saga.compensable(`step ${step}`, {
      do: (call, key) => call.noOp({ ...key, step }),
      undo: [`undo ${step}`, (call, key) => call.noOp({ ...key, step })],
    }),
  );
  await saga.run({
    process: async () => {
      for (const step of declared) await step();
    },
    rejected: () => {
      throw new Error('a step that does nothing was refused');
    },
  });
}
