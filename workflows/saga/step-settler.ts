import {
  type ActivityInterfaceFor,
  type ActivityOptions,
  ApplicationFailure,
  CancellationScope,
  condition,
  type LocalActivityOptions,
  proxyActivities,
  proxyLocalActivities,
} from '@temporalio/workflow';
import type { StepKey } from '../../activities/idempotent-command.js';
import type { ResolveAction, StepRecord } from '../../contracts/saga/saga-state.js';
import type { ParallelFirstAttempts } from './parallel-first-attempts.js';
import type { SagaJournal } from './saga-journal.js';
import { sagaFailures, type StepResolution } from './saga.contract.js';
import { readFailure, type StepFailure } from './step-failure.js';
import { withoutLimit } from './step-policies.js';

/** The answer of every activity says which attempt got it. */
export interface Answer {
  attempt: number;
}

export interface SettleOptions<Activities, Result extends Answer> {
  record: StepRecord;
  /** The idempotency key; an operator's retry after a refusal gets a new one, as the refusal is the old key's answer. */
  key: string;
  action: (call: ActivityInterfaceFor<Activities>, key: StepKey) => Promise<Result>;
  /** How long the step is tried before it calls for attention. */
  options: ActivityOptions;
  /** For a step that is likely to be answered at once: its first attempt is a local activity. */
  firstAttempt?: LocalActivityOptions;
  /** The first attempts of all steps that started in parallel with this step. */
  parallel?: ParallelFirstAttempts | undefined;
  /** What an operator may decide once the step needs attention. Empty for a pivot or a seal: only its participant decides. */
  decisions: readonly ResolveAction[];
  /** Whether a refusal is thrown as an outcome. Otherwise the step needs attention. */
  refusable?: boolean;
  /** Cancels the retries after the first attempt. Without a scope, nothing cancels them. */
  scope?: CancellationScope;
}

/** How a step was settled: by its participant's answer, or by an operator. */
export type Settlement<Result> = { by: 'participant'; answer: Result } | { by: 'operator'; decision: 'skip' | 'done' };

/**
 * Retries a step until it succeeds. If the participant refuses, or stays unreachable too long, the step NEEDS_ATTENTION: an operator
 * decides, if an operator may. One engine for pivots, seals, compensations and retriable steps.
 */
export class StepSettler<Activities> {
  private readonly resolutions = new Map<StepRecord, StepResolution>();
  private readonly allowedDecisions = new Map<StepRecord, readonly ResolveAction[]>();

  constructor(
    private readonly journal: SagaJournal,
    /** Called when a step begins to need attention, when the reason changes, and when it no longer needs attention. */
    private readonly onAttention: () => void,
  ) {}

  /** @throws the failure of a refusal if the step is `refusable`; a CancelledFailure when `scope` was cancelled before an answer came. */
  async settle<Result extends Answer>(options: SettleOptions<Activities, Result>): Promise<Settlement<Result>> {
    const { record, key, action, scope, refusable } = options;
    const within = scope ? <T>(work: () => Promise<T>) => scope.run(work) : <T>(work: () => Promise<T>) => work();
    let revision = 1;
    for (;;) {
      const stepKey = { key: revision > 1 ? `${key}/${revision}` : key };
      try {
        const answer =
          (await this.tryFirst(options, stepKey, revision === 1)) ??
          (await within(() =>
            action(proxyActivities<Activities>(options.options), { ...stepKey, ...(options.firstAttempt && { inDoubt: true }) }),
          ));
        record.attempts += answer.attempt;
        return { by: 'participant', answer };
      } catch (error) {
        const failure = readFailure(error);
        if (failure.kind === 'cancelled' || (failure.kind === 'refused' && refusable)) throw error;
        const settled = await within(() => this.settleWithOperator(options, stepKey, failure));
        if (settled.by !== 'retry') return settled;
        // The same key would be refused again. After any other failure the key stays: a new key could repeat the effect.
        if (settled.after.kind === 'refused') revision++;
      }
    }
  }

  /** @returns undefined when the attempt has left the step in doubt. @throws any other failure. */
  private async tryFirst<Result extends Answer>(
    { record, action, firstAttempt, parallel }: SettleOptions<Activities, Result>,
    key: StepKey,
    first: boolean,
  ): Promise<Result | undefined> {
    if (!firstAttempt) return undefined;
    try {
      const attempt = action(proxyLocalActivities<Activities>(firstAttempt), key);
      return await (parallel && first ? parallel.add(attempt) : attempt);
    } catch (error) {
      const failure = readFailure(error);
      if (failure.kind !== 'inDoubt') throw error;
      this.journal.note(record, failure);
      return undefined;
    }
  }

  /** The validator of the `resolve` update. */
  assertResolvable({ step, action, note }: StepResolution): void {
    if (!note.trim()) throw ApplicationFailure.nonRetryable('A decision needs a note.', sagaFailures.noteMissing);
    const record = this.journal.findNeedingAttention(step);
    const allowed = record && this.allowedDecisions.get(record);
    if (allowed ? !allowed.includes(action) : this.journal.isUpToPivot(step)) {
      throw ApplicationFailure.nonRetryable(
        `The step "${step}" cannot be resolved with "${action}": up to the pivot the participant alone decides.`,
        sagaFailures.stepNotResolvable,
      );
    }
    if (!record || !allowed || this.resolutions.has(record)) {
      throw ApplicationFailure.nonRetryable(`The step "${step}" does not need attention.`, sagaFailures.stepNotInNeed);
    }
  }

  resolve(resolution: StepResolution): void {
    const record = this.journal.findNeedingAttention(resolution.step)!;
    this.journal.resolve(record, resolution.action, resolution.note);
    this.resolutions.set(record, resolution);
  }

  /**
   * Waits for an operator, if an operator may decide. Meanwhile the step is retried, unless it was refused. An answer ends the wait, and
   * takes precedence over a decision to skip the step. A refusal during the wait becomes the failure that the operator decides about.
   */
  private async settleWithOperator<Result extends Answer>(
    { record, action, decisions, refusable }: SettleOptions<Activities, Result>,
    key: StepKey,
    first: StepFailure,
  ): Promise<Settlement<Result> | { by: 'retry'; after: StepFailure }> {
    let failure = first;
    this.allowedDecisions.set(record, decisions);
    this.journal.beginAttention(record, first);
    this.onAttention();
    const decided = condition(() => this.resolutions.has(record)).then(() => this.resolutions.get(record)!.action);
    const retries = new CancellationScope({ cancellable: true });
    const retryMeanwhile = async (): Promise<Settlement<Result> | undefined> => {
      if (first.kind === 'refused') return undefined;
      for (;;) {
        try {
          const answer = await retries.run(() =>
            action(proxyActivities<Activities>(withoutLimit(record.name)), { ...key, inDoubt: true }),
          );
          record.attempts += answer.attempt;
          return { by: 'participant', answer };
        } catch (error) {
          const later = readFailure(error);
          if (later.kind === 'refused' ? refusable : later.kind === 'cancelled' && !this.resolutions.has(record)) throw error;
          if (later.kind === 'cancelled') return undefined;
          failure = later;
          this.journal.note(record, later);
          this.onAttention();
          // An operator has failed the activity by hand. A step that only its participant may decide is retried.
          if (!refusable) return undefined;
        }
      }
    };
    const answer = retryMeanwhile();
    try {
      await Promise.race([decided, answer.then(async (settled): Promise<unknown> => settled ?? decided)] as Promise<unknown>[]);
      retries.cancel();
      const settled = await answer;
      if (settled) return settled;
      const decision = await decided;
      return decision === 'retry' ? { by: 'retry', after: failure } : { by: 'operator', decision };
    } finally {
      this.allowedDecisions.delete(record);
      this.resolutions.delete(record);
      this.journal.endAttention(record);
      this.onAttention();
    }
  }
}
