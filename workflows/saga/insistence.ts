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
import type { Round } from './round.js';
import type { SagaJournal } from './saga-journal.js';
import { sagaFailures, type StepResolution } from './saga.contract.js';
import { readFailure, type StepFailure } from './step-failure.js';
import { persistent } from './step-policies.js';

/** Every activity answers with an object that says which attempt it was. */
export interface Answer {
  attempt: number;
}

export interface Task<Activities> {
  record: StepRecord;
  /** The idempotency key; an operator's retry after a refusal gets a new one, as the refusal is the old key's answer. */
  key: string;
  action: (call: ActivityInterfaceFor<Activities>, key: StepKey) => Promise<Answer>;
  /** The patience of the first round; what it does not settle calls for attention. */
  options: ActivityOptions;
  /** For what is likely to be settled at once: a first try as a local activity. */
  fast?: LocalActivityOptions;
  /** The round that the first try belongs to, if it was begun together with others. */
  round?: Round | undefined;
}

/**
 * Gets done what must be done: without end, and with an operator's help where a participant refuses or stays away for too long. Holds
 * the operators' decisions.
 */
export class Insistence<Activities> {
  private readonly decisions = new Map<StepRecord, StepResolution>();

  constructor(
    private readonly journal: SagaJournal,
    /** Called when a task needs attention, when it does so for another reason, and when it no longer does. */
    private readonly onAttention: () => void,
  ) {}

  /** @returns whether it is done, by the participant or by hand, or was skipped. */
  async insist({ record, key, action, options, fast, round }: Task<Activities>): Promise<'done' | 'skipped'> {
    let revision = 1;
    for (let first = true; ; first = false) {
      const stepKey = { key: revision > 1 ? `${key}/${revision}` : key };
      try {
        const answer =
          (fast &&
            (await this.tryFast(record, () => {
              const firstTry = action(proxyLocalActivities<Activities>(fast), stepKey);
              return round && first ? round.join(firstTry) : firstTry;
            }))) ??
          (await action(proxyActivities<Activities>(options), { ...stepKey, ...(fast ? { inDoubt: true as const } : {}) }));
        record.attempts += answer.attempt;
        return 'done';
      } catch (error) {
        const { decision, failure } = await this.callForAttention(record, readFailure(error), (call) =>
          action(call, { ...stepKey, inDoubt: true as const }),
        );
        if (decision === 'skip') return 'skipped';
        if (decision === 'done') return 'done';
        // What was not settled may still happen: under another key it would happen twice. A refusal, under the same key, comes again.
        if (failure.kind !== 'unsettled') revision++;
      }
    }
  }

  /** @returns undefined when the try settled nothing. @throws what did settle it otherwise than with an answer. */
  private async tryFast(record: StepRecord, attempt: () => Promise<Answer>): Promise<Answer | undefined> {
    try {
      return await attempt();
    } catch (error) {
      const failure = readFailure(error);
      if (failure.kind !== 'unsettled') throw error;
      this.journal.note(record, failure);
      return undefined;
    }
  }

  /** The validator of the `resolve` update. */
  mayResolve({ step, note }: StepResolution): void {
    const record = this.journal.inNeed(step);
    if (!record || this.decisions.has(record)) {
      throw ApplicationFailure.nonRetryable(`The step "${step}" does not need attention.`, sagaFailures.stepNotInNeed);
    }
    if (!note.trim()) throw ApplicationFailure.nonRetryable('A decision needs a note.', sagaFailures.noteMissing);
  }

  resolve(resolution: StepResolution): void {
    const record = this.journal.inNeed(resolution.step)!;
    this.journal.resolve(record, resolution.action, resolution.note);
    this.decisions.set(record, resolution);
  }

  /**
   * Waits for an operator. A participant that did not refuse but only could not be reached is asked on meanwhile: if it answers
   * first, nobody has to decide any more; if it refuses, the decision is about that. @returns the decision, and what it was about.
   */
  private async callForAttention(
    record: StepRecord,
    first: StepFailure,
    again: (call: ActivityInterfaceFor<Activities>) => Promise<Answer>,
  ): Promise<{ decision: ResolveAction; failure: StepFailure }> {
    this.journal.callForAttention(record, first);
    this.onAttention();
    let failure = first;
    const decided = condition(() => this.decisions.has(record)).then(() => this.decisions.get(record)!.action);
    const asking = new CancellationScope({ cancellable: true });
    const settled =
      first.kind === 'unsettled'
        ? asking
            .run(() => again(proxyActivities<Activities>(persistent(record.name))))
            .then(
              (): ResolveAction => 'done',
              (error: unknown) => {
                const later = readFailure(error);
                if (later.kind !== 'cancelled') {
                  failure = later;
                  this.journal.note(record, later);
                  this.onAttention();
                }
                return decided;
              },
            )
        : decided;
    await Promise.race([decided, settled]);
    asking.cancel();
    const decision = await settled; // an answer that came after all outweighs a decision to do without
    this.decisions.delete(record);
    this.journal.attended(record);
    this.onAttention();
    return { decision, failure };
  }
}
