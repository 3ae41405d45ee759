import type { StepKind, StepRecord } from '../../contracts/saga/saga-state.js';
import type { Do, Undo } from './saga-steps.js';
import type { Answer } from './step-settler.js';

/** A step as it was declared, and what this run knows about it. */
export interface DeclaredStep<Activities> {
  readonly name: string;
  readonly kind: StepKind;
  readonly do: Do<Activities, unknown, Answer>;
  readonly undo: Undo<Activities> | undefined;
  /** Whether its undo unlocks the aggregate, so that other sagas may begin on it. */
  readonly locks: boolean;
  /** Set once the step is in the journal. */
  record: StepRecord | undefined;
  /** Whether this run has begun the step, so that it may have an effect. */
  begun: boolean;
  /** The step's own key refused it: the step has no effect, and will never have one. */
  refused: boolean;
  /** What the step threw, unless it was cancelled. */
  failure: unknown;
  answer: Answer | undefined;
}
