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
import type { ResolveAction, StepRecord } from '../../contracts/saga-state.js';
import type { ParallelFirstAttempts } from './parallel-first-attempts.js';
import type { SagaJournal } from './saga-journal.js';
import { sagaFailures, type StepResolution } from './saga.contract.js';
import { readFailure, type StepFailure } from './step-failure.js';
import { persistent } from './step-policies.js';

/** Every activity answers with an object that says which attempt it was. */
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
  fast?: LocalActivityOptions;
  /** The first attempts that the step's own belongs to, if it began together with others. */
  parallel?: ParallelFirstAttempts | undefined;
  /** What an operator may decide once the step needs attention. Nothing, for a pivot or a seal: its participant alone decides. */
  decisions: readonly ResolveAction[];
  /** Whether a refusal is an outcome to throw. Otherwise it calls for attention. */
  refusable?: boolean;
  /** Cancels what follows the first attempt. Without one, nothing does. */
  scope?: CancellationScope;
}

/** How a step was settled: by an answer, or by an operator. */
export type Settlement<Result> = { by: 'participant'; answer: Result } | { by: 'operator'; decision: 'skip' | 'done' };

/**
 * Retries a step until it succeeds. If the participant refuses, or stays unreachable too long, the step NEEDS_ATTENTION: an operator
 * decides, if an operator may. One engine for pivots, seals, compensations and retriable steps.
 */
export class StepSettler<Activities> {
  private readonly resolutions = new Map<StepRecord, StepResolution>();
  private readonly inNeed = new Map<StepRecord, readonly ResolveAction[]>();

  constructor(
    private readonly journal: SagaJournal,
    /** Called when a step needs attention, when it does so for another reason, and when it no longer does. */
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
          (await this.tryFast(options, stepKey, revision === 1)) ??
          (await within(() =>
            action(proxyActivities<Activities>(options.options), { ...stepKey, ...(options.fast && { inDoubt: true }) }),
          ));
        record.attempts += answer.attempt;
        return { by: 'participant', answer };
      } catch (error) {
        const failure = readFailure(error);
        if (failure.kind === 'cancelled' || (failure.kind === 'refused' && refusable)) throw error;
        const settled = await within(() => this.callForAttention(options, stepKey, failure));
        if (settled.by !== 'retry') return settled;
        // A refusal, under the same key, comes again. After anything else the key stays: under another one it would happen twice.
        if (settled.after.kind === 'refused') revision++;
      }
    }
  }

  /** @returns undefined when the attempt has left the step in doubt. @throws what settled it otherwise than with an answer. */
  private async tryFast<Result extends Answer>(
    { record, action, fast, parallel }: SettleOptions<Activities, Result>,
    key: StepKey,
    first: boolean,
  ): Promise<Result | undefined> {
    if (!fast) return undefined;
    try {
      const attempt = action(proxyLocalActivities<Activities>(fast), key);
      return await (parallel && first ? parallel.add(attempt) : attempt);
    } catch (error) {
      const failure = readFailure(error);
      if (failure.kind !== 'inDoubt') throw error;
      this.journal.note(record, failure);
      return undefined;
    }
  }

  /** The validator of the `resolve` update. */
  mayResolve({ step, action, note }: StepResolution): void {
    if (!note.trim()) throw ApplicationFailure.nonRetryable('A decision needs a note.', sagaFailures.noteMissing);
    const record = this.journal.inNeed(step);
    const allowed = record && this.inNeed.get(record);
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
    const record = this.journal.inNeed(resolution.step)!;
    this.journal.resolve(record, resolution.action, resolution.note);
    this.resolutions.set(record, resolution);
  }

  /**
   * Waits for an operator, if one may decide. A participant that did not refuse is asked on meanwhile: an answer ends the wait, and
   * one that comes after all outweighs a decision to do without. A refusal that comes meanwhile is what the decision is about then.
   */
  private async callForAttention<Result extends Answer>(
    { record, action, decisions, refusable }: SettleOptions<Activities, Result>,
    key: StepKey,
    first: StepFailure,
  ): Promise<Settlement<Result> | { by: 'retry'; after: StepFailure }> {
    let failure = first;
    this.inNeed.set(record, decisions);
    this.journal.callForAttention(record, first);
    this.onAttention();
    const decided = condition(() => this.resolutions.has(record)).then(() => this.resolutions.get(record)!.action);
    const asking = new CancellationScope({ cancellable: true });
    const answered = async (): Promise<Settlement<Result> | undefined> => {
      if (first.kind === 'refused') return undefined;
      for (;;) {
        try {
          const answer = await asking.run(() =>
            action(proxyActivities<Activities>(persistent(record.name)), { ...key, inDoubt: true }),
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
          // Somebody has failed the activity by hand. Where nobody may decide, the participant is asked on.
          if (!refusable) return undefined;
        }
      }
    };
    const answer = answered();
    try {
      await Promise.race([decided, answer.then(async (settled): Promise<unknown> => settled ?? decided)] as Promise<unknown>[]);
      asking.cancel();
      const settled = await answer;
      if (settled) return settled;
      const decision = await decided;
      return decision === 'retry' ? { by: 'retry', after: failure } : { by: 'operator', decision };
    } finally {
      this.inNeed.delete(record);
      this.resolutions.delete(record);
      this.journal.attended(record);
      this.onAttention();
    }
  }
}
