import { condition } from '@temporalio/workflow';
import type { StepRecord } from '../../contracts/saga/saga-state.js';
import type { DeclaredStep } from './declared-step.js';
import type { SagaProgress } from './saga-progress.js';
import type { SagaFailure } from './saga.contract.js';
import { compensationKey } from './step-key.js';
import { untilAttention } from './step-policies.js';
import type { StepSettler } from './step-settler.js';

/** Runs compensations, the last step first, each until it has succeeded or an operator has decided. */
export class Compensations<Activities> {
  constructor(
    private readonly progress: SagaProgress,
    private readonly settler: StepSettler<Activities>,
  ) {}

  /**
   * Compensates the steps, the last step first. A compensation that waits for an operator delays only the undo of a lock. Resolves when
   * every compensation has succeeded or was skipped.
   */
  async run(steps: readonly DeclaredStep<Activities>[], failure: SagaFailure): Promise<void> {
    const pending: Promise<void>[] = [];
    for (const step of steps.toReversed()) {
      if (step.locks) await Promise.all(pending);
      const of = (step.record ??= this.progress.journal.addPending(step.name, 'compensable'));
      const record = this.progress.journal.beginCompensation(step.undo![0], of);
      const settled = this.compensate(step, of, record, failure);
      pending.push(settled);
      await Promise.race([settled, condition(() => record.state === 'NEEDS_ATTENTION')]);
    }
    await Promise.all(pending);
  }

  private async compensate(
    { name, undo }: DeclaredStep<Activities>,
    of: StepRecord,
    record: StepRecord,
    failure: SagaFailure,
  ): Promise<void> {
    const settlement = await this.settler.settle({
      record,
      key: compensationKey(name),
      action: (call, key) => undo![1](call, key, failure),
      options: untilAttention(this.progress.policy, record.name),
      decisions: ['retry', 'skip', 'done'],
    });
    const skipped = settlement.by === 'operator' && settlement.decision === 'skip';
    if (skipped) this.progress.journal.skip(of);
    this.progress.journal.endCompensation(record, of, skipped ? 'SKIPPED' : 'COMPENSATED');
    this.progress.show();
  }
}
