import type { SagaPolicy } from '../../workflows/saga/saga.contract.js';
import { Saga } from '../../workflows/saga/saga.js';
import type { NoOpActivities } from '../no-op.activities.js';

/** A saga of so many steps, each with its undo, that do nothing: what the saga kit costs for each. */
export async function noOpSaga({ steps, policy }: { steps: number; policy: SagaPolicy }): Promise<void> {
  const saga = new Saga<NoOpActivities>(policy);
  await saga.run(
    async () => {
      for (let step = 0; step < steps; step++) {
        await saga.compensable(
          `step ${step}`,
          (call, key) => call.noOp({ ...key, step }),
          `undo ${step}`,
          (call, key) => call.noOp({ ...key, step }),
        );
      }
    },
    () => {
      throw new Error('a step that does nothing was refused');
    },
  );
}
