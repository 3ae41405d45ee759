import {
  type ActivityInterfaceFor,
  type ActivityOptions,
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  condition,
  proxyActivities,
  proxyLocalActivities,
  setCurrentDetails,
  setHandler,
  sleep,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { StepKey } from '../../activities/keyed.js';
import type { FailureDetails } from '../../contracts/failure-types.js';
import { openStates } from '../../contracts/saga-standing.js';
import type { SagaState, StepRecord } from '../../contracts/saga-state.js';
import { type Compensation, Compensations, type Undo } from './compensations.js';
import { type Answer, Insistence } from './insistence.js';
import { Round } from './round.js';
import { SagaJournal } from './saga-journal.js';
import { abortUpdate, resolveUpdate, type Reason, sagaFailures, type SagaPolicy, timelineQuery } from './saga.contract.js';
import { searchAttributes } from './search-attributes.js';
import { readFailure, type StepFailure } from './step-failure.js';
import { stepKey } from './step-key.js';
import { compensating, dispensable, fast, patient, persistent } from './step-policies.js';

/** One call of a participant, under the key that makes its repetition harmless. */
type Action<Activities, Result extends Answer> = (call: ActivityInterfaceFor<Activities>, key: StepKey) => Promise<Result>;

/** What is sent at half time of a wait, under a name of its own. */
interface Reminder<Activities> {
  name: string;
  action: Action<Activities, Answer>;
}

/**
 * Runs a business process so that either the whole of it happens or everything that happened is taken back.
 * `compensable` steps come first, each with its undo; then one `pivot`; after that `retriable` steps, which only go forward.
 *
 * An undo is registered before its action starts and runs even if the action's answer was lost. Undos run in reverse order, shielded
 * from cancellation, and are retried without end; one that is refused, or that has failed for `attentionAfterMs`, waits for an
 * operator while the others go on, except the undo of a `lock`: what the saga is about stays locked until all else is settled.
 */
export class Saga<Activities> {
  private readonly journal = new SagaJournal(workflowInfo().workflowType, () => new Date().toISOString());
  private readonly insistence = new Insistence<Activities>(this.journal, () => this.attend());
  private readonly compensations: Compensations<Activities>;
  private readonly forward = new CancellationScope({ cancellable: true });
  private readonly startedAt = workflowInfo().startTime.getTime();
  private direction: 'RUNNING' | 'COMPENSATING' = 'RUNNING';
  private readonly failedAt = new WeakMap<object, string>();
  private aborted = false;
  /** Of the steps that are being begun together right now. */
  private round: Round | undefined;

  constructor(private readonly policy: SagaPolicy) {
    this.compensations = new Compensations(this.journal, this.insistence, policy, () => this.show());
    setHandler(timelineQuery, () => this.journal.timeline());
    setHandler(abortUpdate, () => this.abort(), { validator: () => this.mayAbort() });
    setHandler(
      resolveUpdate,
      (resolution) => {
        this.insistence.resolve(resolution);
        return this.journal.timeline();
      },
      { validator: (resolution) => this.insistence.mayResolve(resolution) },
    );
  }

  /** The name of the step at which the saga turned round; undefined while it goes forward, and when it was aborted or cancelled. */
  turnedAt: string | undefined;

  /**
   * Runs the process. @returns its outcome, or `rejected`'s when it was refused, aborted or ran out of time and all is taken back.
   * @throws what the workflow must end with otherwise: Cancelled after a platform cancellation, Failed (a human must look) after an
   * unexpected answer, or when an operator has skipped something (`CompensationIncomplete`, `RetriableStepSkipped`).
   */
  async run<Outcome>(process: () => Promise<Outcome>, rejected: (reason: Reason) => Outcome): Promise<Outcome> {
    let outcome: Outcome;
    try {
      outcome = await this.forward.run(process);
    } catch (error) {
      const failure = readFailure(error);
      const reason = this.reasonOf(failure);
      // Aborted during a try that is then refused, it has turned round because of the abort: blame and reason must agree.
      this.turnedAt = this.aborted ? undefined : this.failedAt.get(error as object);
      await CancellationScope.nonCancellable(() => this.compensate(reason));
      if (this.held.length > 0) throw this.incomplete(sagaFailures.compensationIncomplete, reason, error);
      if (failure.kind === 'unexpected' || (failure.kind === 'cancelled' && !this.aborted)) throw error;
      return rejected(reason);
    }
    this.enter(this.held.length > 0 ? 'INCOMPLETE' : 'COMPLETED');
    if (this.held.length > 0) throw this.incomplete(sagaFailures.retriableStepSkipped);
    return outcome;
  }

  /**
   * Whether what the step is about, or its undo, waits for an operator or was skipped by one. Ask it before telling anybody what the saga
   * has done.
   */
  isUnsettled(step: string): boolean {
    return this.journal.isUnsettled(step);
  }

  /**
   * Does something that `undo` can take back; without an undo, something that an earlier step's undo takes back with it.
   * @throws the failure that turns the saga round.
   */
  compensable<Result extends Answer>(
    name: string,
    action: Action<Activities, Result>,
    undoName?: string,
    undo?: Compensation<Activities>,
  ): Promise<Result> {
    return this.begin(name, action, undoName !== undefined && undo && { name: undoName, action: undo, unlocks: false });
  }

  /**
   * A compensable step that locks what the saga is about, so that no other saga begins on it. Comes first; its undo unlocks and waits for all
   * others, also for one that waits for an operator. On the way forward the last step of the process must be the one that unlocks.
   * @throws the failure that turns the saga round.
   */
  lock<Result extends Answer>(
    name: string,
    action: Action<Activities, Result>,
    undoName: string,
    undo: Compensation<Activities>,
  ): Promise<Result> {
    return this.begin(name, action, { name: undoName, action: undo, unlocks: true });
  }

  private async begin<Result extends Answer>(
    name: string,
    action: Action<Activities, Result>,
    undo: Omit<Undo<Activities>, 'step'> | false | undefined,
  ): Promise<Result> {
    this.throwIfCancelled();
    const step = this.journal.begin(name, 'compensable');
    if (undo) this.compensations.register({ ...undo, step });
    try {
      return await this.settle(step, action, () => patient(this.policy, name, this.forwardMsLeft()));
    } catch (error) {
      // A refusal is the participant's word that nothing happened; after anything else something may have, so the undo stays.
      if (readFailure(error).kind === 'refused') this.compensations.forget(step);
      throw error;
    }
  }

  /**
   * Does several things at once, in the order given as far as undo and blame are concerned. When one fails the others are told to stop,
   * but all have settled before the first failure that is not such a stop is thrown: nothing is undone while something is still done.
   */
  async parallel<Results extends readonly unknown[]>(
    ...branches: { [Index in keyof Results]: () => Promise<Results[Index]> }
  ): Promise<Results> {
    const together = new CancellationScope({ cancellable: true });
    const settled = await together.run(() => Promise.allSettled(this.beginTogether(branches, () => together.cancel())));
    const failures = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
    const failure = failures.find((error) => readFailure(error).kind !== 'cancelled') ?? failures[0];
    if (failure !== undefined) throw failure;
    return settled.map((one) => (one as PromiseFulfilledResult<unknown>).value) as unknown as Results;
  }

  private beginTogether<Result>(branches: readonly (() => Promise<Result>)[], onFailure: () => void): Promise<Result>[] {
    const round = new Round();
    this.round = round;
    try {
      return round.begin(() =>
        branches.map((branch) =>
          branch().catch((error: unknown) => {
            onFailure();
            throw error;
          }),
        ),
      );
    } finally {
      this.round = undefined;
    }
  }

  /**
   * Waits for a person or an event. @returns whether it came within `timeoutMs`. The saga is WAITING meanwhile and can be aborted.
   * The reminder goes out at half time, beside the wait: it neither holds up what is waited for nor prolongs the wait, and is given up
   * when the wait is over or it cannot be sent. So it is no step: nothing depends on it, and nothing of it is taken back.
   */
  async waitFor(happened: () => boolean, timeoutMs: number, reminder?: Reminder<Activities>): Promise<boolean> {
    this.enter('WAITING');
    const beside = new CancellationScope({ cancellable: true });
    if (reminder) void beside.run(() => this.remind(reminder, timeoutMs));
    const came = await condition(happened, timeoutMs).finally(() => beside.cancel());
    this.enter('RUNNING');
    return came;
  }

  private async remind({ name, action }: Reminder<Activities>, timeoutMs: number): Promise<void> {
    try {
      await sleep(Math.ceil(timeoutMs / 2));
      await action(proxyActivities<Activities>(dispensable(this.policy, name)), { key: stepKey(name) });
    } catch (error) {
      readFailure(error); // a bug is thrown on; anything else means that nobody is reminded
    }
  }

  /** Turns the saga round with a business no of the process's own, about the step before. */
  refuse(code: string, detail: string): never {
    const refusal = ApplicationFailure.create({
      type: code,
      message: detail,
      nonRetryable: true,
      details: [{ refusal: true, attempt: 0, participant: '', operation: '' } satisfies FailureDetails],
    });
    this.failedAt.set(refusal, this.journal.lastStep);
    throw refusal;
  }

  /**
   * The point of no return: once asked, it is asked until the answer is known, and abort and cancellation no longer count. Only a
   * refusal still turns the saga round.
   */
  async pivot<Result extends Answer>(name: string, action: Action<Activities, Result>): Promise<Result> {
    this.throwIfCancelled();
    const step = this.journal.begin(name, 'pivot');
    this.journal.pastPivot = true;
    try {
      return await CancellationScope.nonCancellable(() => this.settle(step, action, () => persistent(name)));
    } catch (error) {
      this.journal.pastPivot = false;
      throw error;
    }
  }

  /**
   * Does something after the pivot, where only forward is left: without end, and with an operator's help where it is refused.
   * @returns the participant's answer, or undefined when an operator has settled it otherwise.
   */
  async retriable<Result extends Answer>(name: string, action: Action<Activities, Result>): Promise<Result | undefined> {
    const step = this.journal.begin(name, 'retriable');
    const { round } = this;
    this.show();
    return CancellationScope.nonCancellable(async () => {
      let answer: Result | undefined;
      const keep: Action<Activities, Result> = async (call, key) => (answer = await action(call, key));
      const options = compensating(this.policy, name);
      const result = await this.insistence.insist({
        record: step,
        key: stepKey(name),
        options,
        action: keep,
        fast: fast(this.policy, name),
        round,
      });
      if (result === 'skipped') this.journal.hold(step);
      this.journal.end(step, result === 'skipped' ? 'SKIPPED' : 'DONE');
      this.show();
      return answer;
    });
  }

  /** Fast, then patient: both under one key, so the second never repeats the first's effect. */
  private async settle<Result extends Answer>(
    step: StepRecord,
    action: Action<Activities, Result>,
    whenUnsettled: () => ActivityOptions,
  ): Promise<Result> {
    const key = stepKey(step.name);
    const { round } = this;
    this.show();
    try {
      let result: Result;
      try {
        // Not cut short by a stop: it is over in a moment, and then its outcome is known.
        const firstTry = CancellationScope.nonCancellable(() =>
          action(proxyLocalActivities<Activities>(fast(this.policy, step.name)), { key }),
        );
        result = await (round ? round.join(firstTry) : firstTry);
      } catch (error) {
        const failure = readFailure(error);
        if (failure.kind !== 'unsettled') throw error;
        this.journal.note(step, failure);
        this.throwIfCancelled();
        if (round?.turned) throw new CancelledFailure('Another part was refused');
        result = await action(proxyActivities<Activities>(whenUnsettled()), { key, unsettled: true });
      }
      step.attempts += result.attempt;
      this.journal.end(step, 'DONE');
      return result;
    } catch (error) {
      const failure = readFailure(error);
      this.journal.fail(step, failure);
      if (failure.kind !== 'cancelled') this.failedAt.set(error as object, step.name);
      throw error;
    } finally {
      this.show();
    }
  }

  private async compensate(reason: Reason): Promise<void> {
    this.direction = 'COMPENSATING';
    if (!this.compensations.none) this.enter('COMPENSATING');
    await this.compensations.run(reason);
    this.enter(this.held.length > 0 ? 'INCOMPLETE' : 'COMPENSATED');
  }

  private mayAbort(): void {
    if (this.journal.pastPivot) {
      throw ApplicationFailure.nonRetryable('The saga is past its pivot and only goes forward.', sagaFailures.pastPivot);
    }
  }

  private abort() {
    if (this.direction === 'RUNNING' && !this.aborted) {
      this.aborted = true;
      this.forward.cancel();
      this.enter('COMPENSATING');
    }
    return this.journal.timeline();
  }

  private reasonOf(failure: StepFailure): Reason {
    if (this.aborted) return { code: 'ABORTED', detail: 'The saga was aborted before its pivot.' };
    if (failure.kind === 'unsettled') return { code: 'PARTICIPANT_UNAVAILABLE', detail: failure.detail };
    return { code: failure.code, detail: failure.detail };
  }

  private get held(): readonly string[] {
    return this.journal.heldSteps;
  }

  private incomplete(type: string, reason?: Reason, cause?: unknown): ApplicationFailure {
    const because = reason ? ` (the saga turned round because of ${reason.code})` : '';
    return ApplicationFailure.create({
      type,
      message: `An operator skipped: ${this.held.join(', ')}${because}`,
      nonRetryable: true,
      details: [{ held: [...this.held], ...(reason ? { reason } : {}) }],
      ...(cause instanceof Error ? { cause } : {}),
    });
  }

  /** What is left of the time that the whole way to the pivot may take, in ms. */
  private forwardMsLeft(): number | undefined {
    const { forwardDeadlineMs } = this.policy;
    return forwardDeadlineMs === undefined ? undefined : Math.max(this.startedAt + forwardDeadlineMs - Date.now(), 1);
  }

  private throwIfCancelled(): void {
    if (CancellationScope.current().consideredCancelled) throw new CancelledFailure('The saga was told to stop');
  }

  private attend(): void {
    this.enter(this.journal.needsAttention ? 'NEEDS_ATTENTION' : this.direction);
    this.show();
  }

  private enter(state: SagaState): void {
    if (this.journal.state === state) return;
    this.journal.state = state;
    const open = (openStates as readonly SagaState[]).includes(state);
    upsertSearchAttributes([
      { key: searchAttributes.sagaState, value: state },
      // For whoever follows open sagas: the end of one shows by itself.
      ...(open ? [{ key: searchAttributes.sagaStateSince, value: new Date() }] : []),
    ]);
    this.show();
  }

  private show(): void {
    setCurrentDetails(this.journal.toMarkdown());
  }
}
