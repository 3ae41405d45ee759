import { defineQuery, defineUpdate } from '@temporalio/workflow';
import type { ResolveAction, SagaTimeline } from '../../contracts/saga/saga-state.js';

/** Why a saga rolled back. */
export interface Reason {
  code: string;
  detail: string;
}

/** What made a saga roll back, and at which step. */
export interface SagaFailure {
  reason: Reason;
  /** The step that failed; undefined when the saga was aborted, cancelled or settled. */
  step: string | undefined;
}

/** The deadlines of a saga, in milliseconds. They are a part of its input, so that the history has them. */
export interface SagaPolicy {
  /** The deadline of a step's first attempt, as a local activity. Well below the 10 s of a workflow task. */
  fastStepMs: number;
  /** How long a compensable step is retried before the saga rolls back. */
  stepDeadlineMs: number;
  /** How long the saga may take to reach its pivot. Without this deadline only the steps have one. */
  forwardDeadlineMs?: number;
  /** How long a pivot, a compensation or a retriable step may fail before the saga NEEDS_ATTENTION. */
  attentionAfterMs: number;
  /** This run settles a lost saga: it begins with the seal, then rolls back or goes forward. */
  settle?: true;
}

/** Identifies the request that started a saga. The aggregate's owner stores it, so that a repeat is recognised. */
export interface RequestIdentity {
  /** Names the caller's `Idempotency-Key`, without revealing it. */
  key: string;
  /** Fingerprint of the body: the same key with another body is refused. */
  fingerprint: string;
}

/** An operator's decision about a step that NEEDS_ATTENTION. */
export interface StepResolution {
  step: string;
  action: ResolveAction;
  note: string;
}

/** The saga's steps as data. */
export const timelineQuery = defineQuery<SagaTimeline>('timeline');
/** Rolls the saga back. Answers once the pivot's key has decided; fails with `SagaPastPivot` if the pivot has happened. */
export const abortUpdate = defineUpdate<SagaTimeline>('abort');
/** Settles a step that NEEDS_ATTENTION. Refused with `StepNotInNeed` if it does not, with `StepNotResolvable` up to the pivot. */
export const resolveUpdate = defineUpdate<SagaTimeline, [StepResolution]>('resolve');

/** Types of the `ApplicationFailure`s that a saga ends with, or refuses a message with. */
export const sagaFailures = {
  pastPivot: 'SagaPastPivot',
  stepNotInNeed: 'StepNotInNeed',
  stepNotResolvable: 'StepNotResolvable',
  noteMissing: 'NoteMissing',
  malformedInput: 'MalformedInput',
  compensationIncomplete: 'CompensationIncomplete',
  retriableStepSkipped: 'RetriableStepSkipped',
} as const;
