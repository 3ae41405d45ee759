import { readFailure } from './step-failure.js';

/**
 * The first tries of steps that begin together. None of them is heard before all are over, and then they are heard in the order in which they
 * were begun: at replay their outcomes come in one batch and not one by one, so what a step does next must not depend on how far another
 * happens to be.
 */
export class Round {
  private readonly tries: Promise<unknown>[] = [];
  private close!: () => void;
  private readonly closed = new Promise<void>((resolve) => (this.close = resolve));
  private readonly over = this.conclude();
  /** Whether one of them was refused: then the others need not be tried on. */
  turned = false;

  private async conclude(): Promise<void> {
    await this.closed;
    const outcomes = await Promise.allSettled(this.tries);
    this.turned = outcomes.some((outcome) => outcome.status === 'rejected' && isFinal(outcome.reason));
  }

  /** Starts the steps; each must come to its first try without waiting for anything. */
  begin<Running>(start: () => Running): Running {
    const running = start();
    this.close();
    return running;
  }

  /** @returns the outcome of the first try, once all of the round are over. */
  join<Result>(firstTry: Promise<Result>): Promise<Result> {
    this.tries.push(firstTry);
    return this.over.then(() => firstTry);
  }
}

const isFinal = (failure: unknown): boolean => readFailure(failure).kind !== 'unsettled';
