import type { ActivityInterfaceFor } from '@temporalio/workflow';
import type { StepKey } from '../../activities/idempotent-command.js';
import type { SagaFailure } from './saga.contract.js';
import type { Answer } from './step-settler.js';

/** One call of a participant, with its idempotency key. With `key.seal` there is no input. */
export type Do<Activities, Input, Result extends Answer> = (
  call: ActivityInterfaceFor<Activities>,
  key: StepKey,
  input: Input,
) => Promise<Result>;

/** A compensation with its name. It takes only ids and the reason, so that a run which has no answers can call it too. */
export type Undo<Activities> = readonly [
  name: string,
  action: (call: ActivityInterfaceFor<Activities>, key: StepKey, failure: SagaFailure) => Promise<Answer>,
];

/** A declared step. The process calls it. A `do` without a third parameter takes no input. */
export type Step<Input, Result> = (...input: unknown extends Input ? [] : [input: Input]) => Promise<Result>;

/** A step that takes no input, or one that this saga does not need. */
type Parallel = Step<unknown, unknown> | undefined;
type ResultOf<Each extends Parallel> = Each extends (...input: never) => Promise<infer Result> ? Result : undefined;
export type ResultsOf<Steps extends Record<string, Parallel>> = {
  [Name in keyof Steps]: ResultOf<NonNullable<Steps[Name]>> | (undefined extends Steps[Name] ? undefined : never);
};
export type ParallelSteps = Record<string, Parallel>;

/** A message that is sent halfway through a wait, under a name of its own. */
export interface Reminder<Activities> {
  name: string;
  do: Do<Activities, unknown, Answer>;
}

/** The kit for writing a saga: declare every step first, then call the steps in the process. */
export interface SagaSteps<Activities> {
  /** The workflow id. */
  readonly id: string;

  /** A step that its undo compensates. A step without an undo needs no compensation. */
  compensable<Result extends Answer, Input = unknown>(
    name: string,
    step: { do: Do<Activities, Input, Result>; undo?: Undo<Activities> },
  ): Step<Input, Result>;

  /**
   * A compensable step that locks the aggregate, so that no other saga begins on it. It comes first. Its undo unlocks the aggregate and
   * waits for all other compensations. On the way forward the last step of the process must unlock the aggregate.
   */
  lock<Result extends Answer, Input = unknown>(
    name: string,
    step: { do: Do<Activities, Input, Result>; undo: Undo<Activities> },
  ): Step<Input, Result>;

  /** The point of no return: its key decides whether the saga goes forward or rolls back. */
  pivot<Result extends Answer, Input = unknown>(name: string, step: { do: Do<Activities, Input, Result> }): Step<Input, Result>;

  /** A step after the pivot. It is retried until it succeeds. Its result is undefined when an operator has settled it. */
  retriable<Result extends Answer, Input = unknown>(
    name: string,
    step: { do: Do<Activities, Input, Result> },
  ): Step<Input, Result | undefined>;

  /** Registers message handlers before the process begins. */
  listen(register: () => void): void;

  /**
   * Runs steps in parallel. When a step fails, the other steps make no further attempt. The failure is thrown after all steps have
   * finished, so no step goes forward during compensation. A refusal is thrown first, else the first failure in the given order.
   */
  parallel<Steps extends ParallelSteps>(steps: Steps): Promise<ResultsOf<Steps>>;

  /** Waits for a person or an event. @returns whether it happened within `timeoutMs`; true at once after the pivot. */
  waitFor(happened: () => boolean, timeoutMs: number, reminder?: Reminder<Activities>): Promise<boolean>;

  /** Refuses the saga by a decision of the process itself, and rolls back. The failed step is the latest step. */
  refuse(code: string, detail: string): never;

  /** Whether the pivot is known to have happened. Nothing may stop the saga after that. */
  readonly committed: boolean;

  /** Whether the pivot can never happen, so that the saga compensates. */
  readonly rollingBack: boolean;

  /** Whether the step's effect, or its compensation, is open or was skipped by an operator. */
  isNotFinal(step: string): boolean;
}

/** A saga: the process, and the outcome if it rolled back. */
export interface SagaDefinition<Outcome> {
  /**
   * Up to the pivot it depends only on the input, on answers and on `waitFor`. It may run twice, so it keeps no state outside.
   */
  process: () => Promise<Outcome>;
  rejected: (failure: SagaFailure) => Outcome;
}
