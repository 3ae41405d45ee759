import {
  type ActivityInterfaceFor,
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  condition,
  proxyActivities,
  proxyLocalActivities,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { StepKey } from '../../activities/keyed.js';
import type { SagaState, StepRecord } from '../../contracts/saga-state.js';
import { SagaJournal } from './saga-journal.js';
import {
  abortUpdate,
  resolveUpdate,
  sagaFailures,
  type SagaPolicy,
  type StepResolution,
  timelineQuery,
} from './saga.contract.js';
import { searchAttributes } from './search-attributes.js';
import { readFailure, type StepFailure } from './step-failure.js';
import { compensating, fast, patient, persistent } from './step-policies.js';

/** Every activity answers with an object that says which attempt it was. */
interface Answer {
  attempt: number;
}

/** One call of a participant, under the key that makes its repetition harmless. */
type Action<Activities, Result extends Answer> = (call: ActivityInterfaceFor<Activities>, key: StepKey) => Promise<Result>;
type Compensation<Activities> = (call: ActivityInterfaceFor<Activities>, key: StepKey, reason: Reason) => Promise<Answer>;

/** Why a saga turned round. */
export interface Reason {
  code: string;
  detail: string;
}

interface Undo<Activities> {
  name: string;
  step: StepRecord;
  action: Compensation<Activities>;
}

/**
 * Runs a business process so that either the whole of it happens or everything that happened is taken back.
 * `compensable` steps come first, each with its undo; then one `pivot`; after that the saga only goes forward.
 *
 * An undo is registered before its action starts and runs even if the action's answer was lost. Undos run in reverse order, shielded
 * from cancellation, and are retried without end; one that is refused, or that has failed for `attentionAfterMs`, waits for an
 * operator while the others go on.
 */
export class Saga<Activities> {
  private readonly journal: SagaJournal;
  private readonly undos: Undo<Activities>[] = [];
  private readonly resolutions = new Map<StepRecord, StepResolution>();
  private readonly forward = new CancellationScope({ cancellable: true });
  private aborted = false;

  constructor(private readonly policy: SagaPolicy) {
    this.journal = new SagaJournal(workflowInfo().workflowType, () => new Date().toISOString());
    setHandler(timelineQuery, () => this.journal.timeline());
    setHandler(abortUpdate, () => this.abort(), { validator: () => this.mayAbort() });
    setHandler(resolveUpdate, (resolution) => this.resolve(resolution), {
      validator: (resolution) => this.mayResolve(resolution),
    });
  }

  /**
   * Runs the process. @returns its outcome, or `rejected`'s when it was refused, aborted or ran out of time and all is taken back.
   * @throws what the workflow must end with otherwise: Cancelled after a platform cancellation, Failed (a human must look) after an
   * unexpected answer or with `CompensationIncomplete` when an operator has skipped a compensation.
   */
  async run<Outcome>(process: () => Promise<Outcome>, rejected: (reason: Reason) => Outcome): Promise<Outcome> {
    try {
      const outcome = await this.forward.run(process);
      this.enter('COMPLETED');
      return outcome;
    } catch (error) {
      const failure = readFailure(error);
      const reason = this.reasonOf(failure);
      await CancellationScope.nonCancellable(() => this.compensate(reason));
      if (this.journal.heldSteps.length > 0) throw this.incomplete(reason, error);
      if (failure.kind === 'unexpected' || (failure.kind === 'cancelled' && !this.aborted)) throw error;
      return rejected(reason);
    }
  }

  /** Does something that `undo` can take back. @throws the failure that turns the saga round. */
  async compensable<Result extends Answer>(
    name: string,
    action: Action<Activities, Result>,
    undoName: string,
    undo: Compensation<Activities>,
  ): Promise<Result> {
    this.throwIfCancelled();
    const step = this.journal.begin(name, 'compensable');
    this.undos.push({ name: undoName, step, action: undo });
    try {
      return await this.settle(step, action, () => patient(this.policy, name));
    } catch (error) {
      // A refusal is the participant's word that nothing happened; after anything else something may have, so the undo stays.
      if (readFailure(error).kind === 'refused')
        this.undos.splice(
          this.undos.findIndex((undo) => undo.step === step),
          1,
        );
      throw error;
    }
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

  /** Fast, then patient: both under one key, so the second never repeats the first's effect. */
  private async settle<Result extends Answer>(
    step: StepRecord,
    action: Action<Activities, Result>,
    whenUnsettled: () => Parameters<typeof proxyActivities>[0],
  ): Promise<Result> {
    const key = keyOf(step.name);
    this.show();
    try {
      let result: Result;
      try {
        result = await action(proxyLocalActivities<Activities>(fast(this.policy, step.name)), { key });
      } catch (error) {
        const failure = readFailure(error);
        if (failure.kind !== 'unsettled') throw error;
        step.attempts += 1;
        step.error = { code: failure.code, detail: failure.detail };
        result = await action(proxyActivities<Activities>(whenUnsettled()), { key, unsettled: true });
      }
      step.attempts += result.attempt;
      step.error = null;
      this.journal.end(step, 'DONE');
      return result;
    } catch (error) {
      const failure = readFailure(error);
      step.attempts += failure.attempts;
      this.journal.end(step, failure.kind === 'refused' || failure.kind === 'unexpected' ? 'REFUSED' : step.state, failure);
      throw error;
    } finally {
      this.show();
    }
  }

  /** Takes everything back, last step first. One that waits for an operator does not keep the others waiting. */
  private async compensate(reason: Reason): Promise<void> {
    if (this.undos.length > 0) this.enter('COMPENSATING');
    const pending: Promise<void>[] = [];
    for (const undo of this.undos.reverse()) {
      const record = this.journal.beginCompensation(undo.name, undo.step);
      const settled = this.undo(undo, record, reason);
      pending.push(settled);
      await Promise.race([settled, condition(() => record.state === 'NEEDS_ATTENTION')]);
    }
    await Promise.all(pending);
    this.enter(this.journal.heldSteps.length > 0 ? 'INCOMPLETE' : 'COMPENSATED');
  }

  private async undo({ name, step, action }: Undo<Activities>, record: StepRecord, reason: Reason): Promise<void> {
    for (let revision = 1; ; revision++) {
      const key = { key: `${keyOf(step.name)}/undo${revision > 1 ? `/${revision}` : ''}` };
      try {
        const answer = await action(proxyActivities<Activities>(compensating(this.policy, name)), key, reason);
        record.attempts += answer.attempt;
        return this.endUndo(record, step, 'COMPENSATED');
      } catch (error) {
        const failure = readFailure(error);
        record.attempts += failure.attempts;
        const resolution = await this.callForAttention(record, step, failure, (call) =>
          action(call, { ...key, unsettled: true }, reason),
        );
        if (resolution.action === 'skip') {
          this.journal.hold(step);
          return this.endUndo(record, step, 'SKIPPED');
        }
        if (resolution.action === 'done') return this.endUndo(record, step, 'COMPENSATED');
      }
    }
  }

  /**
   * Waits for an operator. A participant that did not refuse but only could not be reached is asked on meanwhile: if it answers
   * first, nobody has to decide any more.
   */
  private async callForAttention(
    record: StepRecord,
    step: StepRecord,
    failure: StepFailure,
    again: (call: ActivityInterfaceFor<Activities>) => Promise<Answer>,
  ): Promise<StepResolution> {
    record.error = { code: failure.code, detail: failure.detail };
    record.state = step.state = 'NEEDS_ATTENTION';
    this.enter('NEEDS_ATTENTION');
    const answered: StepResolution = { step: record.name, action: 'done', note: '' };
    const decided = condition(() => this.resolutions.has(record)).then(() => this.resolutions.get(record)!);
    const asking = new CancellationScope({ cancellable: true });
    const settled =
      failure.kind === 'unsettled'
        ? asking
            .run(() => again(proxyActivities<Activities>(persistent(record.name))))
            .then(
              () => answered,
              () => decided, // refused meanwhile, or no longer asked
            )
        : decided;
    await Promise.race([decided, settled]);
    asking.cancel();
    const resolution = await settled; // an answer that came after all outweighs a decision to do without
    this.resolutions.delete(record);
    record.state = step.state = 'COMPENSATING';
    this.enter(this.journal.needsAttention ? 'NEEDS_ATTENTION' : 'COMPENSATING');
    return resolution;
  }

  private endUndo(record: StepRecord, step: StepRecord, state: 'COMPENSATED' | 'SKIPPED'): void {
    step.state = state;
    if (state === 'COMPENSATED') record.error = null;
    this.journal.end(record, state);
    this.show();
  }

  private mayAbort(): void {
    if (this.journal.pastPivot) {
      throw ApplicationFailure.nonRetryable('The saga is past its pivot and only goes forward.', sagaFailures.pastPivot);
    }
  }

  private abort() {
    if (this.journal.state === 'RUNNING' || this.journal.state === 'WAITING') {
      this.aborted = true;
      this.forward.cancel();
      this.enter('COMPENSATING');
    }
    return this.journal.timeline();
  }

  private mayResolve({ step, note }: StepResolution): void {
    const record = this.journal.inNeed(step);
    if (!record || this.resolutions.has(record)) {
      throw ApplicationFailure.nonRetryable(`The step "${step}" does not need attention.`, sagaFailures.stepNotInNeed);
    }
    if (!note.trim()) throw ApplicationFailure.nonRetryable('A decision needs a note.', sagaFailures.noteMissing);
  }

  private resolve(resolution: StepResolution) {
    const record = this.journal.inNeed(resolution.step)!;
    this.journal.resolve(record, resolution.action, resolution.note);
    this.resolutions.set(record, resolution);
    return this.journal.timeline();
  }

  private reasonOf(failure: StepFailure): Reason {
    if (this.aborted) return { code: 'ABORTED', detail: 'The saga was aborted before its pivot.' };
    if (failure.kind === 'unsettled') return { code: 'PARTICIPANT_UNAVAILABLE', detail: failure.detail };
    return { code: failure.code, detail: failure.detail };
  }

  private incomplete(reason: Reason, cause: unknown): ApplicationFailure {
    const held = [...this.journal.heldSteps];
    return ApplicationFailure.create({
      type: sagaFailures.compensationIncomplete,
      message: `Still held: ${held.join(', ')} (the saga turned round because of ${reason.code})`,
      nonRetryable: true,
      details: [{ held, reason }],
      ...(cause instanceof Error ? { cause } : {}),
    });
  }

  private throwIfCancelled(): void {
    if (CancellationScope.current().consideredCancelled) throw new CancelledFailure('The saga was told to stop');
  }

  private enter(state: SagaState): void {
    if (this.journal.state === state) return;
    this.journal.state = state;
    upsertSearchAttributes([{ key: searchAttributes.sagaState, value: state }]);
    this.show();
  }

  private show(): void {
    setCurrentDetails(this.journal.toMarkdown());
  }
}

/** Derived from the business id and the step alone: a reset, a retry or another run of the same saga must find its own traces. */
function keyOf(step: string): string {
  return `${workflowInfo().workflowId}/${step.replaceAll(' ', '-')}`;
}
