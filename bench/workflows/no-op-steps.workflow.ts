import { proxyLocalActivities } from '@temporalio/workflow';
import type { NoOpActivities } from '../no-op.activities.js';

const { noOp } = proxyLocalActivities<NoOpActivities>({ startToCloseTimeout: '1 second', retry: { maximumAttempts: 1 } });

/**
 * The floor: the engine's own cost for a workflow with this many steps that do nothing.
 * @param groups how many steps run at once, one group after the other.
 */
export async function noOpSteps(groups: readonly number[]): Promise<void> {
  for (const size of groups) await Promise.all(Array.from({ length: size }, (_, step) => noOp({ step })));
}
