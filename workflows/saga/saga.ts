import {
  type ActivityInterfaceFor,
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  workflowInfo,
} from '@temporalio/workflow';
import type { StepKey } from '../../activities/idempotent-command.js';
import type { FailureDetails } from '../../contracts/participant/failure-types.js';
import type { StepKind } from '../../contracts/saga/saga-state.js';
import { Compensations } from './compensations.js';
import type { DeclaredStep } from './declared-step.js';
import { handleMessages } from './message-handlers.js';
import { reasonOf, skippedFailure } from './saga-outcome.js';
import { SagaProgress } from './saga-progress.js';
import type { Do, ParallelSteps, Reminder, ResultsOf, SagaDefinition, SagaSteps, Step, Undo } from './saga-steps.js';
import { type SagaFailure, sagaFailures, type SagaPolicy } from './saga.contract.js';
import { readFailure, type StepFailure } from './step-failure.js';
import { StepRunner } from './step-runner.js';
import { type Answer, StepSettler } from './step-settler.js';
import { waitFor } from './wait-for.js';

/**
 * Runs a saga: every transaction either completes or is fully compensated. The pivot's key decides which, as a lost workflow task, an
 * earlier run or a slow worker may have done more than this run knows. docs/adr/0021-the-pivots-key-decides.md has the rules.
 *
 * A step whose effect is in doubt is compensated too. Compensations run in reverse order of declaration, are shielded from cancellation,
 * and are retried without limit. A compensation that is refused, or that has failed for `attentionAfterMs`, waits for an operator. The
 * other compensations go on, except the undo of a `lock`: the aggregate stays locked until everything else is settled.
 */
export class Saga<Activities> implements SagaSteps<Activities> {
  readonly id = workflowInfo().workflowId;
  private readonly progress: SagaProgress;
  private readonly runner: StepRunner<Activities>;
  private readonly compensations: Compensations<Activities>;
  private readonly declared: DeclaredStep<Activities>[] = [];
  private readonly settler: StepSettler<Activities>;

  constructor(policy: SagaPolicy) {
    this.progress = new SagaProgress(policy);
    this.settler = new StepSettler<Activities>(this.progress.journal, () => this.progress.updateAttention());
    this.runner = new StepRunner(this.progress, this.settler);
    this.compensations = new Compensations(this.progress, this.settler);
  }

  compensable<Result extends Answer, Input = unknown>(
    name: string,
    { do: action, undo }: { do: Do<Activities, Input, Result>; undo?: Undo<Activities> },
  ): Step<Input, Result> {
    return this.declare(name, 'compensable', action, undo);
  }

  lock<Result extends Answer, Input = unknown>(
    name: string,
    { do: action, undo }: { do: Do<Activities, Input, Result>; undo: Undo<Activities> },
  ): Step<Input, Result> {
    return this.declare(name, 'compensable', action, undo, true);
  }

  pivot<Result extends Answer, Input = unknown>(
    name: string,
    { do: action }: { do: Do<Activities, Input, Result> },
  ): Step<Input, Result> {
    return this.declare(name, 'pivot', action);
  }

  retriable<Result extends Answer, Input = unknown>(
    name: string,
    { do: action }: { do: Do<Activities, Input, Result> },
  ): Step<Input, Result | undefined> {
    return this.declare(name, 'retriable', action);
  }

  listen(register: () => void): void {
    register();
  }

  get committed(): boolean {
    return this.progress.committed;
  }

  get rollingBack(): boolean {
    return this.progress.rollingBack;
  }

  isNotFinal(step: string): boolean {
    return this.progress.journal.isNotFinal(step);
  }

  /**
   * Runs the process. @returns its outcome, or `rejected`'s when it was refused, aborted or ran out of time and all is compensated.
   * @throws what the workflow must end with otherwise: Cancelled after a platform cancellation, Failed (a human must look) after an
   * unexpected answer, or when an operator has skipped a step (`CompensationIncomplete`, `RetriableStepSkipped`).
   */
  async run<Outcome>({ process, rejected }: SagaDefinition<Outcome>): Promise<Outcome> {
    handleMessages(this.progress, this.settler);
    let outcome: Outcome;
    try {
      if (this.progress.policy.settle) throw new CancelledFailure('This run settles a saga that was lost');
      outcome = await this.progress.forward(process);
    } catch (error) {
      const cause = readFailure(error);
      this.progress.phase = 'deciding';
      const happened = await CancellationScope.nonCancellable(() => this.decidePivot(cause));
      if (!happened) return this.rollBack(error, cause, rejected);
      outcome = await CancellationScope.nonCancellable(process);
    }
    await this.progress.end('COMPLETED');
    if (this.skippedSteps.length > 0) throw skippedFailure(sagaFailures.retriableStepSkipped, this.skippedSteps);
    return outcome;
  }

  /**
   * Seals the pivots' keys, unless a refusal proves that nothing has come that far. @returns whether the pivot has happened: then the
   * process runs again to its end. Otherwise it never will, so the saga can compensate.
   */
  private async decidePivot(cause: StepFailure): Promise<boolean> {
    if (!this.progress.knowsFurthestStep(cause)) {
      for (const pivot of this.declared.filter(({ kind, refused }) => kind === 'pivot' && !refused)) {
        if (await this.runner.seal(pivot)) {
          this.progress.journal.endBeforePivot();
          this.progress.commit();
          return true;
        }
      }
    }
    this.progress.phase = 'compensating';
    return false;
  }

  private async rollBack<Outcome>(
    error: unknown,
    cause: StepFailure,
    rejected: (failure: SagaFailure) => Outcome,
  ): Promise<Outcome> {
    const { progress } = this;
    const { cancelled } = progress;
    const failedStep = this.declared.find(({ failure }) => failure === error);
    const failure: SagaFailure = { reason: reasonOf(progress, cause), step: progress.aborted ? undefined : failedStep?.name };
    const onlyBegunSteps = progress.knowsFurthestStep(cause);
    const toCompensate = this.declared.filter(({ undo, begun, refused }) => undo && !refused && (begun || !onlyBegunSteps));
    // A step without an undo leaves nothing behind, whatever its outcome.
    for (const { record, kind, undo } of this.declared)
      if (kind === 'compensable' && !undo && record?.state === 'RUNNING') progress.journal.end(record, 'COMPENSATED');
    await CancellationScope.nonCancellable(async () => {
      if (toCompensate.length > 0) progress.enter('COMPENSATING');
      await this.compensations.run(toCompensate, failure);
    });
    await progress.end('COMPENSATED');
    if (this.skippedSteps.length > 0)
      throw skippedFailure(sagaFailures.compensationIncomplete, this.skippedSteps, failure.reason, error);
    if (cancelled) throw new CancelledFailure('The saga was cancelled and has been rolled back');
    if (cause.kind === 'unexpected') throw error;
    return rejected(failure);
  }

  async parallel<Steps extends ParallelSteps>(steps: Steps): Promise<ResultsOf<Steps>> {
    const names = Object.keys(steps).filter((name) => steps[name]);
    const scope = new CancellationScope({ cancellable: true });
    const start = (step: Step<unknown, unknown>) =>
      step().catch((error: unknown) => {
        scope.cancel();
        throw error;
      });
    const settled = await scope.run(() =>
      Promise.allSettled(this.runner.startTogether(() => names.map((name) => start(steps[name]!)))),
    );
    const failures = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
    const firstOf = (...kinds: StepFailure['kind'][]) => failures.find((error) => kinds.includes(readFailure(error).kind));
    const failure = firstOf('refused') ?? firstOf('inDoubt', 'unexpected') ?? failures[0];
    if (failure !== undefined) throw failure;
    return Object.fromEntries(
      names.map((name, index) => [name, (settled[index] as PromiseFulfilledResult<unknown>).value]),
    ) as ResultsOf<Steps>;
  }

  waitFor(happened: () => boolean, timeoutMs: number, reminder?: Reminder<Activities>): Promise<boolean> {
    return waitFor(this.progress, happened, timeoutMs, reminder);
  }

  refuse(code: string, detail: string): never {
    const refusal = ApplicationFailure.create({
      type: code,
      message: detail,
      nonRetryable: true,
      details: [{ refusal: true, attempt: 0, participant: '', operation: '' } satisfies FailureDetails],
    });
    const step = this.declared.find(({ name }) => name === this.progress.journal.lastStep);
    if (step) step.failure = refusal;
    this.progress.decidedOutside = true;
    throw refusal;
  }

  private declare<Result extends Answer, Input>(
    name: string,
    kind: StepKind,
    action: Do<Activities, Input, Result>,
    undo?: Undo<Activities>,
    locks = false,
  ): Step<Input, Result> {
    const step: DeclaredStep<Activities> = {
      name,
      kind,
      do: action as Do<Activities, unknown, Answer>,
      undo,
      locks,
      record: undefined,
      begun: false,
      refused: false,
      failure: undefined,
      answer: undefined,
    };
    this.declared.push(step);
    const perform = (input: unknown) =>
      this.runner.perform(step, (call: ActivityInterfaceFor<Activities>, key: StepKey) => step.do(call, key, input));
    // When the process runs again after the seal, a step that has an answer does not run again.
    return ((input: unknown) => (step.answer ? Promise.resolve(step.answer) : perform(input))) as unknown as Step<Input, Result>;
  }

  private get skippedSteps(): readonly string[] {
    return this.progress.journal.skippedSteps;
  }
}
