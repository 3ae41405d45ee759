import type { StepKind, StepRecord } from '../../contracts/saga-state.js';
import type { Do, Undo } from './saga-steps.js';
import type { Answer } from './step-settler.js';

/** A step as it was declared, and what this run knows of it. */
export interface DeclaredStep<Activities> {
  readonly name: string;
  readonly kind: StepKind;
  readonly do: Do<Activities, unknown, Answer>;
  readonly undo: Undo<Activities> | undefined;
  /** Whether others may begin on what the saga is about once the step is undone. */
  readonly locks: boolean;
  /** Set once the step is in the journal. */
  record: StepRecord | undefined;
  /** Whether this run has begun it: its effect may be there. */
  begun: boolean;
  /** The key's own refusal: the step has no effect, and will never have one. */
  refused: boolean;
  answer: Answer | undefined;
}
