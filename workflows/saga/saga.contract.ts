import { defineQuery, defineUpdate } from '@temporalio/workflow';
import type { ResolveAction, SagaTimeline } from '../../contracts/saga-state.js';

/** Why a saga turned round. */
export interface Reason {
  code: string;
  detail: string;
}

/** How patient a saga is; given with its start so that it is in the history. All in milliseconds. */
export interface SagaPolicy {
  /** The deadline of a step's first try, as a local activity. Well below the 10 s of a workflow task. */
  fastStepMs: number;
  /** How long a compensable step is tried before the saga turns round. */
  stepDeadlineMs: number;
  /** How long the whole way to the pivot may take; without it, every step has its own deadline only. */
  forwardDeadlineMs?: number;
  /** How long a compensation or a retriable step may go on failing before the saga NEEDS_ATTENTION. */
  attentionAfterMs: number;
}

/** An operator's decision about a step that NEEDS_ATTENTION. */
export interface StepResolution {
  step: string;
  action: ResolveAction;
  note: string;
}

/** The saga's steps as data. */
export const timelineQuery = defineQuery<SagaTimeline>('timeline');
/** Turns the saga round; refused with `SagaPastPivot` once the pivot has begun. */
export const abortUpdate = defineUpdate<SagaTimeline>('abort');
/** Settles a step that NEEDS_ATTENTION; refused with `StepNotInNeed` when it does not. */
export const resolveUpdate = defineUpdate<SagaTimeline, [StepResolution]>('resolve');

/** Types of the `ApplicationFailure`s that a saga ends with or refuses a message with: statements of fact. */
export const sagaFailures = {
  pastPivot: 'SagaPastPivot',
  stepNotInNeed: 'StepNotInNeed',
  noteMissing: 'NoteMissing',
  compensationIncomplete: 'CompensationIncomplete',
  retriableStepSkipped: 'RetriableStepSkipped',
} as const;
