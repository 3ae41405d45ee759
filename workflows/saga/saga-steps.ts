import type { ActivityInterfaceFor } from '@temporalio/workflow';
import type { StepKey } from '../../activities/idempotent-command.js';
import type { SagaFailure } from './saga.contract.js';
import type { Answer } from './step-settler.js';

/** One call of a participant, under the key that makes its repetition harmless. With `key.seal` the input is left out. */
export type Do<Activities, Input, Result extends Answer> = (
  call: ActivityInterfaceFor<Activities>,
  key: StepKey,
  input: Input,
) => Promise<Result>;

/** A compensation with its name. It sees ids and the reason alone: another run, which has seen no answer, must be able to call it. */
export type Undo<Activities> = readonly [
  name: string,
  action: (call: ActivityInterfaceFor<Activities>, key: StepKey, failure: SagaFailure) => Promise<Answer>,
];

/** A declared step, to be called where the process needs it. A `do` without a third parameter takes no input. */
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

/** What a saga is made of: declare every step first, then call the steps in the process. */
export interface SagaSteps<Activities> {
  /** The workflow id. */
  readonly id: string;

  /** A step that its undo takes back. Without an undo, there is nothing to take back. */
  compensable<Result extends Answer, Input = unknown>(
    name: string,
    step: { do: Do<Activities, Input, Result>; undo?: Undo<Activities> },
  ): Step<Input, Result>;

  /**
   * A compensable step that locks what the saga is about, so that no other saga begins on it. Comes first. Its undo unlocks, and waits
   * for all other compensations. On the way forward the last step of the process must be the one that unlocks.
   */
  lock<Result extends Answer, Input = unknown>(
    name: string,
    step: { do: Do<Activities, Input, Result>; undo: Undo<Activities> },
  ): Step<Input, Result>;

  /** The point of no return: its key decides whether the saga goes forward or rolls back. */
  pivot<Result extends Answer, Input = unknown>(name: string, step: { do: Do<Activities, Input, Result> }): Step<Input, Result>;

  /** A step after the pivot, which is retried until it succeeds. Its result is undefined when an operator has settled it. */
  retriable<Result extends Answer, Input = unknown>(
    name: string,
    step: { do: Do<Activities, Input, Result> },
  ): Step<Input, Result | undefined>;

  /** Registers handlers of messages, before the process begins. */
  listen(register: () => void): void;

  /**
   * Runs steps in parallel. When one fails the others make no further attempt, and all have finished before the failure is thrown: a
   * refusal first, else the first failure in the order given.
   */
  together<Steps extends ParallelSteps>(steps: Steps): Promise<ResultsOf<Steps>>;

  /** Waits for a person or an event. @returns whether it came within `timeoutMs`; at once if the pivot is known to have happened. */
  waitFor(happened: () => boolean, timeoutMs: number, reminder?: Reminder<Activities>): Promise<boolean>;

  /** Rolls the saga back with a business no of the process's own, about the step before. */
  refuse(code: string, detail: string): never;

  /** Whether the pivot is known to have happened: nothing may stop the saga any more. */
  readonly committed: boolean;

  /** Whether the pivot will never happen: everything is compensated. */
  readonly rollingBack: boolean;

  /** Whether the step's effect, or its compensation, is open or was skipped by an operator. */
  isNotFinal(step: string): boolean;
}

/** A saga: the process, and the outcome if it rolled back. */
export interface SagaDefinition<Outcome> {
  /**
   * The way to the pivot depends on input, answers and `waitFor` only. It may run twice, so it keeps no state outside.
   */
  process: () => Promise<Outcome>;
  rejected: (failure: SagaFailure) => Outcome;
}
