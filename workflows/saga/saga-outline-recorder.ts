import type { OutlinedStep } from '../../contracts/saga/saga-outline.js';
import type { StepKind } from '../../contracts/saga/saga-state.js';
import type { Do, SagaSteps, Step, Undo } from './saga-steps.js';
import type { Answer } from './step-settler.js';

/** Records what a saga declares. It runs outside of a workflow and has no effect: the process is never called. */
export class SagaOutlineRecorder<Activities> implements SagaSteps<Activities> {
  readonly id = 'outline';
  readonly steps: OutlinedStep[] = [];
  readonly committed = false;
  readonly rollingBack = false;

  compensable<Result extends Answer, Input = unknown>(
    name: string,
    { undo }: { do: Do<Activities, Input, Result>; undo?: Undo<Activities> },
  ): Step<Input, Result> {
    return this.record(name, 'compensable', undo);
  }

  lock<Result extends Answer, Input = unknown>(
    name: string,
    { undo }: { do: Do<Activities, Input, Result>; undo: Undo<Activities> },
  ): Step<Input, Result> {
    return this.record(name, 'compensable', undo);
  }

  pivot<Result extends Answer, Input = unknown>(name: string): Step<Input, Result> {
    return this.record(name, 'pivot');
  }

  retriable<Result extends Answer, Input = unknown>(name: string): Step<Input, Result | undefined> {
    return this.record(name, 'retriable');
  }

  listen(): void {}

  parallel(): never {
    return processOnly();
  }

  waitFor(): never {
    return processOnly();
  }

  refuse(): never {
    return processOnly();
  }

  isNotFinal(): never {
    return processOnly();
  }

  private record<Input, Result>(name: string, kind: StepKind, undo?: Undo<Activities>): Step<Input, Result> {
    this.steps.push({ name, kind, ...(undo && { compensation: undo[0] }) });
    return processOnly;
  }
}

function processOnly(): never {
  throw new Error('An outline declares steps; only the process of a running saga calls them.');
}
