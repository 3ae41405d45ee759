import { proxyActivities } from '@temporalio/workflow';
import type { NoOpActivities } from '../no-op.activities.js';

const { noOp } = proxyActivities<NoOpActivities>({ startToCloseTimeout: '1 minute', retry: { maximumAttempts: 3 } });

/** As many steps that do nothing, as the published saga sample writes them: normal activities and a list of undos. */
export async function noOpAsSample(steps: number): Promise<void> {
  const compensations: (() => Promise<unknown>)[] = [];
  try {
    for (let step = 0; step < steps; step++) {
      compensations.unshift(() => noOp({ step }));
      await noOp({ step });
    }
  } catch (error) {
    for (const compensate of compensations) await compensate();
    throw error;
  }
}
