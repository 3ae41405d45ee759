import { proxyLocalActivities } from '@temporalio/workflow';
import type { NoOpActivities } from '../no-op.activities.js';

const { noOp } = proxyLocalActivities<NoOpActivities>({ startToCloseTimeout: '1 second', retry: { maximumAttempts: 1 } });

/** The floor: what the engine itself costs for a workflow with that many steps that do nothing. */
export async function noOpSteps(steps: number): Promise<void> {
  for (let step = 0; step < steps; step++) await noOp({ step });
}
