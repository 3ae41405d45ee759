import { proxyLocalActivities } from '@temporalio/workflow';
import type { NoOpActivities } from '../no-op.activities.js';

const { noOp } = proxyLocalActivities<NoOpActivities>({ startToCloseTimeout: '1 second', retry: { maximumAttempts: 1 } });

/**
 * The floor: what the engine itself costs for a workflow with so many steps that do nothing.
 * @param groups how many steps are done at once, one group after the other.
 */
export async function noOpSteps(groups: readonly number[]): Promise<void> {
  for (const size of groups) await Promise.all(Array.from({ length: size }, (_, step) => noOp({ step })));
}
