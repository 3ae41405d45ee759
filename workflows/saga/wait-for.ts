import { CancellationScope, condition, proxyActivities, sleep } from '@temporalio/workflow';
import type { SagaProgress } from './saga-progress.js';
import type { Reminder } from './saga-steps.js';
import type { SagaPolicy } from './saga.contract.js';
import { readFailure } from './step-failure.js';
import { stepKey } from './step-key.js';
import { bestEffort } from './step-policies.js';

/**
 * Waits for a person or an event. Meanwhile the saga is WAITING and can be aborted. The reminder is sent halfway through and is not a
 * step: it neither delays nor prolongs the wait, and the end of the wait cancels it.
 * @returns whether `happened` became true within `timeoutMs`; true at once after the pivot.
 */
export async function waitFor<Activities>(
  progress: SagaProgress,
  happened: () => boolean,
  timeoutMs: number,
  reminder?: Reminder<Activities>,
): Promise<boolean> {
  if (progress.committed) return true;
  progress.decidedOutside = true;
  progress.enter('WAITING');
  const reminding = new CancellationScope({ cancellable: true });
  if (reminder) void reminding.run(() => remind(progress.policy, reminder, timeoutMs));
  const since = Date.now();
  const inTime = await condition(happened, timeoutMs).finally(() => reminding.cancel());
  progress.waitedMs += Date.now() - since;
  // An abort may arrive together with what ends the wait. Then the saga stops, and the sender of the decision gets a no.
  progress.throwIfCancelled();
  progress.enter('RUNNING');
  return inTime;
}

async function remind<Activities>(
  policy: SagaPolicy,
  { name, do: action }: Reminder<Activities>,
  timeoutMs: number,
): Promise<void> {
  try {
    await sleep(Math.ceil(timeoutMs / 2));
    await action(proxyActivities<Activities>(bestEffort(policy, name)), { key: stepKey(name) }, undefined);
  } catch (error) {
    readFailure(error); // throws a bug of the workflow; after any other failure nobody is reminded
  }
}
