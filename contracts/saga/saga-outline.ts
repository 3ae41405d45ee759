import type { StepKind } from './saga-state.js';

/** A declared step: its name, how it may end, and its compensation. */
export interface OutlinedStep {
  name: string;
  kind: StepKind;
  /** The name of its compensation; absent where there is nothing to take back. */
  compensation?: string;
}

/** What a saga would do for one input, in the order of declaration. Plain data: workflows may import it. */
export interface SagaOutline {
  type: string;
  steps: OutlinedStep[];
}
