import {
  type ActivityInterfaceFor,
  CancellationScope,
  CancelledFailure,
  proxyActivities,
  proxyLocalActivities,
} from '@temporalio/workflow';
import type { StepKey } from '../../activities/idempotent-command.js';
import type { ResolveAction, StepKind, StepRecord } from '../../contracts/saga/saga-state.js';
import type { DeclaredStep } from './declared-step.js';
import { ParallelFirstAttempts } from './parallel-first-attempts.js';
import type { SagaProgress } from './saga-progress.js';
import { readFailure } from './step-failure.js';
import { stepKey } from './step-key.js';
import { firstAttempt, untilAttention, untilDeadline } from './step-policies.js';
import type { Answer, StepSettler } from './step-settler.js';

type Call<Activities> = (call: ActivityInterfaceFor<Activities>, key: StepKey) => Promise<Answer>;

/** Runs single steps by their kind. Before the pivot a step may fail; after it a step is retried until it succeeds. */
export class StepRunner<Activities> {
  /** The steps that are being started in parallel right now. */
  private parallel: ParallelFirstAttempts | undefined;

  constructor(
    private readonly progress: SagaProgress,
    private readonly settler: StepSettler<Activities>,
  ) {}

  /** Starts steps in parallel, in the given order. */
  startTogether<Running>(start: () => Running): Running {
    const parallel = new ParallelFirstAttempts();
    this.parallel = parallel;
    try {
      return parallel.begin(start);
    } finally {
      this.parallel = undefined;
    }
  }

  /** @returns the answer; undefined when an operator has settled the step. @throws the failure that makes the saga roll back. */
  perform(step: DeclaredStep<Activities>, call: Call<Activities>): Promise<Answer | undefined> {
    switch (step.kind) {
      case 'compensable':
        return this.compensable(step, call);
      case 'pivot':
        return this.pivot(step, call);
      case 'retriable':
        return this.retriable(step, call);
    }
  }

  private async compensable(step: DeclaredStep<Activities>, call: Call<Activities>): Promise<Answer | undefined> {
    const { progress } = this;
    if (progress.committed) return this.settleAfterPivot(step, call, ['retry']);
    progress.throwIfCancelled();
    const record = this.begin(step);
    try {
      const answer = await this.attempt(record, call);
      record.attempts += answer.attempt;
      progress.journal.end(record, 'DONE');
      return (step.answer = answer);
    } catch (error) {
      this.fail(step, error);
      throw error;
    } finally {
      progress.show();
    }
  }

  /** A local activity first, then a normal one. Both have one key, so the second never repeats the effect of the first. */
  private async attempt(record: StepRecord, call: Call<Activities>): Promise<Answer> {
    const { progress, parallel } = this;
    const key = stepKey(record.name);
    try {
      // A stop does not cancel the first attempt: it ends within moments, and then its outcome is known.
      const first = CancellationScope.nonCancellable(() =>
        call(proxyLocalActivities<Activities>(firstAttempt(progress.policy, record.name)), { key }),
      );
      return await (parallel ? parallel.add(first) : first);
    } catch (error) {
      const failure = readFailure(error);
      if (failure.kind !== 'inDoubt') throw error;
      progress.journal.note(record, failure);
      progress.throwIfCancelled();
      if (parallel?.failed) throw new CancelledFailure('Another part was refused');
      const options = untilDeadline(progress.policy, record.name, progress.forwardMsLeft());
      return await call(proxyActivities<Activities>(options), { key, inDoubt: true });
    }
  }

  /**
   * The point of no return. It is retried until its outcome is known, even when the platform cancels the saga. Its own refusal rolls the
   * saga back. An abort stops the retries, and the seal decides.
   */
  private async pivot(step: DeclaredStep<Activities>, call: Call<Activities>): Promise<Answer | undefined> {
    const { progress } = this;
    if (progress.committed) return this.settleAfterPivot(step, call, ['retry', 'skip', 'done']);
    progress.throwIfCancelled();
    const record = this.begin(step);
    try {
      await CancellationScope.nonCancellable(async () => {
        const scope = (progress.pivotScope = new CancellationScope({ cancellable: true }));
        const settlement = await this.settler.settle({
          record,
          key: stepKey(step.name),
          action: call,
          options: untilAttention(progress.policy, step.name),
          firstAttempt: firstAttempt(progress.policy, step.name),
          decisions: [],
          refusable: true,
          scope,
        });
        if (settlement.by === 'participant') step.answer = settlement.answer;
      });
      progress.commit();
      progress.journal.end(record, 'DONE');
      return step.answer;
    } catch (error) {
      this.fail(step, error);
      throw error;
    } finally {
      progress.pivotScope = undefined;
      progress.show();
    }
  }

  private retriable(step: DeclaredStep<Activities>, call: Call<Activities>): Promise<Answer | undefined> {
    if (!this.progress.committed) throw new Error(`"${step.name}" is retriable, so it must come after the pivot.`);
    return this.settleAfterPivot(step, call, ['retry', 'skip', 'done']);
  }

  /** @returns the participant's answer, or undefined when an operator has settled the step. */
  private async settleAfterPivot(
    step: DeclaredStep<Activities>,
    call: Call<Activities>,
    decisions: readonly ResolveAction[],
  ): Promise<Answer | undefined> {
    const { progress, parallel } = this;
    // A pivot after another pivot only goes forward, like a retriable step.
    const record = this.begin(step, step.kind === 'pivot' ? 'retriable' : step.kind);
    const settlement = await CancellationScope.nonCancellable(() =>
      this.settler.settle({
        record,
        key: stepKey(step.name),
        action: call,
        options: untilAttention(progress.policy, step.name),
        firstAttempt: firstAttempt(progress.policy, step.name),
        parallel,
        decisions,
      }),
    );
    const skipped = settlement.by === 'operator' && settlement.decision === 'skip';
    if (settlement.by === 'participant') step.answer = settlement.answer;
    if (skipped) progress.journal.skip(record);
    progress.journal.end(record, skipped ? 'SKIPPED' : 'DONE');
    progress.show();
    return step.answer;
  }

  /**
   * Seals the key of a pivot: afterwards it either holds a success, or can never hold one. A normal activity, so that the decision is
   * durable before anything depends on it. @returns whether the key holds a success.
   */
  async seal(pivot: DeclaredStep<Activities>): Promise<boolean> {
    const { progress } = this;
    const record = (pivot.record ??= progress.journal.addPending(pivot.name, 'pivot'));
    try {
      const settlement = await this.settler.settle({
        record,
        key: stepKey(pivot.name),
        action: (call, key) => pivot.do(call, { ...key, seal: true }, undefined),
        options: untilAttention(progress.policy, `seal ${pivot.name}`),
        decisions: [],
        refusable: true,
      });
      if (settlement.by === 'participant') pivot.answer = settlement.answer;
      progress.journal.end(record, 'DONE');
      return true;
    } catch (error) {
      if (readFailure(error).kind !== 'refused') throw error;
      progress.journal.end(record, 'SEALED');
      return false;
    } finally {
      progress.show();
    }
  }

  private begin(step: DeclaredStep<Activities>, kind: StepKind = step.kind): StepRecord {
    const { journal } = this.progress;
    step.begun = true;
    if (step.record) journal.resume(step.record);
    else step.record = journal.begin(step.name, kind);
    this.progress.show();
    return step.record;
  }

  private fail(step: DeclaredStep<Activities>, error: unknown): void {
    const failure = readFailure(error);
    this.progress.journal.fail(step.record!, failure);
    step.refused = failure.kind === 'refused';
    if (failure.kind !== 'cancelled') step.failure = error;
  }
}
