import {
  allHandlersFinished,
  type ActivityInterfaceFor,
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  condition,
  proxyActivities,
  proxyLocalActivities,
  proxySinks,
  setCurrentDetails,
  setHandler,
  sleep,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { StepKey } from '../../activities/idempotent-command.js';
import type { FailureDetails } from '../../contracts/failure-types.js';
import { openStates } from '../../contracts/saga-standing.js';
import type { SagaState, SagaTimeline, StepKind, StepRecord } from '../../contracts/saga-state.js';
import { Compensations } from './compensations.js';
import type { DeclaredStep } from './declared-step.js';
import { isStepResolution, malformedInput } from './messages.js';
import { ParallelFirstAttempts } from './parallel-first-attempts.js';
import { SagaJournal } from './saga-journal.js';
import type { Do, ParallelSteps, Reminder, ResultsOf, SagaDefinition, SagaSteps, Step, Undo } from './saga-steps.js';
import type { SagaSinks } from './saga-sinks.js';
import {
  abortUpdate,
  resolveUpdate,
  type Reason,
  type SagaFailure,
  sagaFailures,
  type SagaPolicy,
  timelineQuery,
} from './saga.contract.js';
import { searchAttributes } from './search-attributes.js';
import { readFailure, type StepFailure } from './step-failure.js';
import { stepKey } from './step-key.js';
import { dispensable, fast, patient, untilAttention } from './step-policies.js';
import { type Answer, StepSettler } from './step-settler.js';

type Call<Activities, Result extends Answer> = (call: ActivityInterfaceFor<Activities>, key: StepKey) => Promise<Result>;

/**
 * Runs a saga: every transaction either completes or is fully compensated. The pivot's key decides which, as a lost workflow task, an
 * earlier run or a slow worker may have done more than this run knows. docs/adr/0021-the-pivots-key-decides.md has the rules.
 *
 * A step whose effect is in doubt is compensated too. Compensations run in reverse order of declaration, shielded from cancellation,
 * and are retried without end. One that is refused, or that has failed for `attentionAfterMs`, waits for an operator while the others
 * go on, except the undo of a `lock`: what the saga is about stays locked until all else is settled.
 */
export class Saga<Activities> implements SagaSteps<Activities> {
  readonly id = workflowInfo().workflowId;
  private readonly journal = new SagaJournal(workflowInfo().workflowType, () => new Date().toISOString());
  private readonly settler = new StepSettler<Activities>(this.journal, () => this.attend());
  private readonly compensations: Compensations<Activities>;
  private readonly declared: DeclaredStep<Activities>[] = [];
  private readonly forward = new CancellationScope({ cancellable: true });
  /** Only the platform cancels it; an abort cancels the way forward. */
  private readonly root = CancellationScope.current();
  private readonly startedAt = workflowInfo().startTime.getTime();
  /** How long the saga has waited for persons and events, in ms: no part of its deadline. */
  private waitedMs = 0;
  private readonly failedAt = new WeakMap<object, string>();
  private phase: 'forward' | 'deciding' | 'committed' | 'compensating' = 'forward';
  private aborted = false;
  /** Whether a person, an event or the process itself has had a say, and not only the keys of the steps. */
  private decidedOutside = false;
  /** What follows the first attempt of a pivot; an abort ends it, and the seal decides. */
  private askingPivot: CancellationScope | undefined;
  /** Of the steps that are being begun together right now. */
  private parallel: ParallelFirstAttempts | undefined;

  constructor(private readonly policy: SagaPolicy) {
    this.compensations = new Compensations(this.journal, this.settler, policy, () => this.show());
  }

  compensable<Result extends Answer, Input = unknown>(
    name: string,
    { do: action, undo }: { do: Do<Activities, Input, Result>; undo?: Undo<Activities> },
  ): Step<Input, Result> {
    return this.declare(name, 'compensable', action, (step, call) => this.runCompensable(step, call), undo);
  }

  lock<Result extends Answer, Input = unknown>(
    name: string,
    { do: action, undo }: { do: Do<Activities, Input, Result>; undo: Undo<Activities> },
  ): Step<Input, Result> {
    return this.declare(name, 'compensable', action, (step, call) => this.runCompensable(step, call), undo, true);
  }

  pivot<Result extends Answer, Input = unknown>(
    name: string,
    { do: action }: { do: Do<Activities, Input, Result> },
  ): Step<Input, Result> {
    return this.declare(name, 'pivot', action, (step, call) => this.runPivot(step, call));
  }

  retriable<Result extends Answer, Input = unknown>(
    name: string,
    { do: action }: { do: Do<Activities, Input, Result> },
  ): Step<Input, Result | undefined> {
    return this.declare(name, 'retriable', action, (step, call) => this.runRetriable(step, call));
  }

  listen(register: () => void): void {
    register();
  }

  get committed(): boolean {
    return this.phase === 'committed';
  }

  get rollingBack(): boolean {
    return this.phase === 'compensating';
  }

  isNotFinal(step: string): boolean {
    return this.journal.isNotFinal(step);
  }

  /**
   * Runs the process. @returns its outcome, or `rejected`'s when it was refused, aborted or ran out of time and all is compensated.
   * @throws what the workflow must end with otherwise: Cancelled after a platform cancellation, Failed (a human must look) after an
   * unexpected answer, or when an operator has skipped something (`CompensationIncomplete`, `RetriableStepSkipped`).
   */
  async run<Outcome>({ process, rejected }: SagaDefinition<Outcome>): Promise<Outcome> {
    this.handleMessages();
    let outcome: Outcome;
    try {
      if (this.policy.settle) throw new CancelledFailure('This run settles a saga that was lost');
      outcome = await this.forward.run(process);
    } catch (error) {
      const cause = readFailure(error);
      this.phase = 'deciding';
      const happened = await CancellationScope.nonCancellable(() => this.decide(cause));
      if (!happened) return this.rollBack(error, cause, rejected);
      outcome = await CancellationScope.nonCancellable(process);
    }
    await this.end('COMPLETED');
    if (this.skippedSteps.length > 0) throw this.incomplete(sagaFailures.retriableStepSkipped);
    return outcome;
  }

  /**
   * Seals the pivots' keys, unless a refusal proves that nothing has come that far. @returns whether the pivot has happened: then the
   * process runs again to its end. Otherwise it never will, so the saga can compensate.
   */
  private async decide(cause: StepFailure): Promise<boolean> {
    if (!this.provesItsEnd(cause)) {
      for (const pivot of this.declared.filter(({ kind, refused }) => kind === 'pivot' && !refused)) {
        if (await this.seal(pivot)) {
          this.journal.endBeforePivot();
          this.commit();
          return true;
        }
      }
    }
    this.phase = 'compensating';
    return false;
  }

  /**
   * Whether no workflow task can have passed the step that failed: it was refused by its own key, in a first run that has not waited.
   * Then nothing has happened but what this run has begun, and the pivot has not been asked for. test/model enumerates this.
   */
  private provesItsEnd(cause: StepFailure): boolean {
    const { runId, firstExecutionRunId } = workflowInfo();
    return cause.kind === 'refused' && !this.decidedOutside && !this.policy.settle && runId === firstExecutionRunId;
  }

  /** @returns whether the pivot's key holds a success. A normal activity, so that the decision is durable before it has an effect. */
  private async seal(pivot: DeclaredStep<Activities>): Promise<boolean> {
    const record = (pivot.record ??= this.journal.addPending(pivot.name, 'pivot'));
    try {
      const settlement = await this.settler.settle({
        record,
        key: stepKey(pivot.name),
        action: (call, key) => pivot.do(call, { ...key, seal: true }, undefined),
        options: untilAttention(this.policy, `seal ${pivot.name}`),
        decisions: [],
        refusable: true,
      });
      if (settlement.by === 'participant') pivot.answer = settlement.answer;
      this.journal.end(record, 'DONE');
      return true;
    } catch (error) {
      if (readFailure(error).kind !== 'refused') throw error;
      this.journal.end(record, 'SEALED');
      return false;
    } finally {
      this.show();
    }
  }

  /** The last state, and the steps for the record. Waits for handlers, so that each sender of a message gets its answer. */
  private async end(state: 'COMPLETED' | 'COMPENSATED'): Promise<void> {
    this.enter(this.skippedSteps.length > 0 ? 'INCOMPLETE' : state);
    await CancellationScope.nonCancellable(() => condition(allHandlersFinished));
    proxySinks<SagaSinks>().sagas.ended(this.journal.timeline());
  }

  private async rollBack<Outcome>(
    error: unknown,
    cause: StepFailure,
    rejected: (failure: SagaFailure) => Outcome,
  ): Promise<Outcome> {
    const cancelled = this.root.consideredCancelled;
    const failure: SagaFailure = {
      reason: this.reasonOf(cause),
      step: this.aborted ? undefined : this.failedAt.get(error as object),
    };
    const proven = this.provesItsEnd(cause);
    const toCompensate = this.declared.filter(({ undo, begun, refused }) => undo && !refused && (begun || !proven));
    // A step without an undo leaves nothing behind, whatever became of it.
    for (const { record, kind, undo } of this.declared)
      if (kind === 'compensable' && !undo && record?.state === 'RUNNING') this.journal.end(record, 'COMPENSATED');
    await CancellationScope.nonCancellable(async () => {
      if (toCompensate.length > 0) this.enter('COMPENSATING');
      await this.compensations.run(toCompensate, failure);
    });
    await this.end('COMPENSATED');
    if (this.skippedSteps.length > 0) throw this.incomplete(sagaFailures.compensationIncomplete, failure.reason, error);
    if (cancelled) throw new CancelledFailure('The saga was cancelled and has been rolled back');
    if (cause.kind === 'unexpected') throw error;
    return rejected(failure);
  }

  /**
   * Runs steps in parallel, in the order given as far as undo and blame are concerned. All have finished before a failure is thrown:
   * nothing is compensated while something is still going forward.
   */
  async together<Steps extends ParallelSteps>(steps: Steps): Promise<ResultsOf<Steps>> {
    const names = Object.keys(steps).filter((name) => steps[name]);
    const scope = new CancellationScope({ cancellable: true });
    const settled = await scope.run(() =>
      Promise.allSettled(
        this.beginTogether(
          names.map((name) => steps[name]!),
          () => scope.cancel(),
        ),
      ),
    );
    const failures = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
    const firstOf = (...kinds: StepFailure['kind'][]) => failures.find((error) => kinds.includes(readFailure(error).kind));
    const failure = firstOf('refused') ?? firstOf('inDoubt', 'unexpected') ?? failures[0];
    if (failure !== undefined) throw failure;
    return Object.fromEntries(
      names.map((name, index) => [name, (settled[index] as PromiseFulfilledResult<unknown>).value]),
    ) as ResultsOf<Steps>;
  }

  private beginTogether(steps: readonly Step<unknown, unknown>[], onFailure: () => void): Promise<unknown>[] {
    const parallel = new ParallelFirstAttempts();
    this.parallel = parallel;
    try {
      return parallel.begin(() =>
        steps.map((step) =>
          step().catch((error: unknown) => {
            onFailure();
            throw error;
          }),
        ),
      );
    } finally {
      this.parallel = undefined;
    }
  }

  /**
   * Waits for a person or an event. The saga is WAITING meanwhile and can be aborted. The reminder is sent halfway through, beside the
   * wait: it neither delays nor prolongs the wait, and is given up when the wait is over. So it is no step: nothing depends on it.
   */
  async waitFor(happened: () => boolean, timeoutMs: number, reminder?: Reminder<Activities>): Promise<boolean> {
    if (this.committed) return true;
    this.decidedOutside = true;
    this.enter('WAITING');
    const beside = new CancellationScope({ cancellable: true });
    if (reminder) void beside.run(() => this.remind(reminder, timeoutMs));
    const since = Date.now();
    const came = await condition(happened, timeoutMs).finally(() => beside.cancel());
    this.waitedMs += Date.now() - since;
    // What ends the wait may come in one moment with an abort: then the saga stops, and who has ended the wait is not told yes.
    this.throwIfCancelled();
    this.enter('RUNNING');
    return came;
  }

  private async remind({ name, do: action }: Reminder<Activities>, timeoutMs: number): Promise<void> {
    try {
      await sleep(Math.ceil(timeoutMs / 2));
      await action(proxyActivities<Activities>(dispensable(this.policy, name)), { key: stepKey(name) }, undefined);
    } catch (error) {
      readFailure(error); // a bug is thrown on; anything else means that nobody is reminded
    }
  }

  refuse(code: string, detail: string): never {
    const refusal = ApplicationFailure.create({
      type: code,
      message: detail,
      nonRetryable: true,
      details: [{ refusal: true, attempt: 0, participant: '', operation: '' } satisfies FailureDetails],
    });
    this.failedAt.set(refusal, this.journal.lastStep);
    this.decidedOutside = true;
    throw refusal;
  }

  private declare<Result extends Answer, Input>(
    name: string,
    kind: StepKind,
    action: Do<Activities, Input, Result>,
    run: (step: DeclaredStep<Activities>, call: Call<Activities, Answer>) => Promise<Answer | undefined>,
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
      answer: undefined,
    };
    this.declared.push(step);
    // An answer of this run is not asked for again when the process runs again after the seal.
    return ((input: unknown) =>
      step.answer ? Promise.resolve(step.answer) : run(step, (call, key) => step.do(call, key, input))) as unknown as Step<
      Input,
      Result
    >;
  }

  private begin(step: DeclaredStep<Activities>, kind = step.kind): StepRecord {
    step.begun = true;
    if (step.record) this.journal.resume(step.record);
    else step.record = this.journal.begin(step.name, kind);
    this.show();
    return step.record;
  }

  /** @throws the failure that makes the saga roll back. After the pivot there is none: the step is retried until it succeeds. */
  private async runCompensable(step: DeclaredStep<Activities>, call: Call<Activities, Answer>): Promise<Answer> {
    if (this.committed) return this.settleBehindPivot(step, call, ['retry']) as Promise<Answer>;
    this.throwIfCancelled();
    const record = this.begin(step);
    try {
      const answer = await this.attempt(record, call);
      record.attempts += answer.attempt;
      this.journal.end(record, 'DONE');
      return (step.answer = answer);
    } catch (error) {
      this.fail(step, error);
      throw error;
    } finally {
      this.show();
    }
  }

  /** A local activity first, then a normal one: both under one key, so the second never repeats the effect of the first. */
  private async attempt(record: StepRecord, call: Call<Activities, Answer>): Promise<Answer> {
    const key = stepKey(record.name);
    const { parallel } = this;
    try {
      // Not cut short by a stop: it is over in a moment, and then its outcome is known.
      const first = CancellationScope.nonCancellable(() =>
        call(proxyLocalActivities<Activities>(fast(this.policy, record.name)), { key }),
      );
      return await (parallel ? parallel.add(first) : first);
    } catch (error) {
      const failure = readFailure(error);
      if (failure.kind !== 'inDoubt') throw error;
      this.journal.note(record, failure);
      this.throwIfCancelled();
      if (parallel?.failed) throw new CancelledFailure('Another part was refused');
      const options = patient(this.policy, record.name, this.forwardMsLeft());
      return await call(proxyActivities<Activities>(options), { key, inDoubt: true });
    }
  }

  /**
   * The point of no return: it is asked for until its answer is known, whatever the platform cancels. Its own refusal rolls the saga
   * back. An abort ends the asking, and the seal decides.
   */
  private async runPivot(step: DeclaredStep<Activities>, call: Call<Activities, Answer>): Promise<Answer | undefined> {
    if (this.committed) return this.settleBehindPivot(step, call, ['retry', 'skip', 'done']);
    this.throwIfCancelled();
    const record = this.begin(step);
    try {
      await CancellationScope.nonCancellable(async () => {
        const scope = (this.askingPivot = new CancellationScope({ cancellable: true }));
        const settlement = await this.settler.settle({
          record,
          key: stepKey(step.name),
          action: call,
          options: untilAttention(this.policy, step.name),
          fast: fast(this.policy, step.name),
          decisions: [],
          refusable: true,
          scope,
        });
        if (settlement.by === 'participant') step.answer = settlement.answer;
      });
      this.commit();
      this.journal.end(record, 'DONE');
      return step.answer;
    } catch (error) {
      this.fail(step, error);
      throw error;
    } finally {
      this.askingPivot = undefined;
      this.show();
    }
  }

  private runRetriable(step: DeclaredStep<Activities>, call: Call<Activities, Answer>): Promise<Answer | undefined> {
    if (!this.committed) throw new Error(`"${step.name}" is retriable, so it must come after the pivot.`);
    return this.settleBehindPivot(step, call, ['retry', 'skip', 'done']);
  }

  /** @returns the participant's answer, or undefined when an operator has settled the step otherwise. */
  private async settleBehindPivot(
    step: DeclaredStep<Activities>,
    call: Call<Activities, Answer>,
    decisions: ('retry' | 'skip' | 'done')[],
  ): Promise<Answer | undefined> {
    // A pivot that another pivot has preceded is one of the steps that only go forward.
    const record = this.begin(step, step.kind === 'pivot' ? 'retriable' : step.kind);
    const { parallel } = this;
    const settlement = await CancellationScope.nonCancellable(() =>
      this.settler.settle({
        record,
        key: stepKey(step.name),
        action: call,
        options: untilAttention(this.policy, step.name),
        fast: fast(this.policy, step.name),
        parallel,
        decisions,
      }),
    );
    const skipped = settlement.by === 'operator' && settlement.decision === 'skip';
    if (settlement.by === 'participant') step.answer = settlement.answer;
    if (skipped) this.journal.skip(record);
    this.journal.end(record, skipped ? 'SKIPPED' : 'DONE');
    this.show();
    return step.answer;
  }

  private fail(step: DeclaredStep<Activities>, error: unknown): void {
    const failure = readFailure(error);
    this.journal.fail(step.record!, failure);
    step.refused = failure.kind === 'refused';
    if (failure.kind !== 'cancelled') this.failedAt.set(error as object, step.name);
  }

  private commit(): void {
    this.phase = 'committed';
    this.journal.pastPivot = true;
  }

  private handleMessages(): void {
    setHandler(timelineQuery, () => this.journal.timeline());
    setHandler(abortUpdate, () => this.abort(), { validator: () => this.mayAbort() });
    setHandler(
      resolveUpdate,
      (resolution) => {
        this.settler.resolve(resolution);
        return this.journal.timeline();
      },
      {
        validator: (resolution) => {
          if (!isStepResolution(resolution)) throw malformedInput('resolve', '{ step, action: "retry" | "skip" | "done", note }');
          this.settler.mayResolve(resolution);
        },
      },
    );
  }

  private mayAbort(): void {
    if (this.committed)
      throw ApplicationFailure.nonRetryable('The saga is past its pivot and only goes forward.', sagaFailures.pastPivot);
  }

  private async abort(): Promise<SagaTimeline> {
    if (this.phase === 'forward' && !this.aborted) {
      this.aborted = true;
      this.forward.cancel();
      this.askingPivot?.cancel();
    }
    await CancellationScope.nonCancellable(() => condition(() => this.phase === 'committed' || this.phase === 'compensating'));
    this.mayAbort();
    return this.journal.timeline();
  }

  private reasonOf(failure: StepFailure): Reason {
    if (this.aborted) return { code: 'ABORTED', detail: 'The saga was aborted before its pivot.' };
    if (this.policy.settle) return { code: 'ABORTED', detail: 'The saga was lost before its pivot, and has been settled.' };
    if (failure.kind === 'inDoubt') return { code: 'PARTICIPANT_UNAVAILABLE', detail: failure.detail };
    return { code: failure.code, detail: failure.detail };
  }

  private get skippedSteps(): readonly string[] {
    return this.journal.skippedSteps;
  }

  private incomplete(type: string, reason?: Reason, cause?: unknown): ApplicationFailure {
    const because = reason ? ` (the saga rolled back because of ${reason.code})` : '';
    return ApplicationFailure.create({
      type,
      message: `An operator skipped: ${this.skippedSteps.join(', ')}${because}`,
      nonRetryable: true,
      details: [{ held: [...this.skippedSteps], ...(reason ? { reason } : {}) }],
      ...(cause instanceof Error ? { cause } : {}),
    });
  }

  /** What is left of the time that the whole way to the pivot may take, in ms. */
  private forwardMsLeft(): number | undefined {
    const { forwardDeadlineMs } = this.policy;
    return forwardDeadlineMs === undefined ? undefined : this.startedAt + this.waitedMs + forwardDeadlineMs - Date.now();
  }

  private throwIfCancelled(): void {
    if (CancellationScope.current().consideredCancelled) throw new CancelledFailure('The saga was asked to stop');
  }

  private attend(): void {
    this.enter(this.journal.needsAttention ? 'NEEDS_ATTENTION' : this.phase === 'compensating' ? 'COMPENSATING' : 'RUNNING');
    this.show();
  }

  private enter(state: SagaState): void {
    if (this.journal.state === state) return;
    this.journal.state = state;
    const open = (openStates as readonly SagaState[]).includes(state);
    upsertSearchAttributes([
      { key: searchAttributes.sagaState, value: state },
      // For the saga watch, which follows open sagas: the end of a saga shows in its status.
      ...(open ? [{ key: searchAttributes.sagaStateSince, value: new Date() }] : []),
    ]);
    this.show();
  }

  private show(): void {
    setCurrentDetails(this.journal.toMarkdown());
  }
}
