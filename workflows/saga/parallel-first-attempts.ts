import { readFailure } from './step-failure.js';

/**
 * The first attempts of steps that start in parallel. Results are delivered after all first attempts have finished, in start order. On
 * replay they come in one batch, so the next command of a step must not depend on the progress of a sibling.
 */
export class ParallelFirstAttempts {
  private readonly attempts: Promise<unknown>[] = [];
  private close!: () => void;
  private readonly closed = new Promise<void>((resolve) => (this.close = resolve));
  private readonly allSettled = this.settleAll();
  /** Whether an attempt was refused or unexpected: then the other steps need no further attempt. */
  failed = false;

  private async settleAll(): Promise<void> {
    await this.closed;
    const outcomes = await Promise.allSettled(this.attempts);
    this.failed = outcomes.some(
      ({ status, ...outcome }) => status === 'rejected' && isFinal((outcome as PromiseRejectedResult).reason),
    );
  }

  /** Starts the steps; each must reach its first attempt without waiting for anything. */
  begin<Running>(start: () => Running): Running {
    const running = start();
    this.close();
    return running;
  }

  /** @returns the outcome of the first attempt, once all first attempts have finished. */
  add<Result>(firstAttempt: Promise<Result>): Promise<Result> {
    this.attempts.push(firstAttempt);
    return this.allSettled.then(() => firstAttempt);
  }
}

const isFinal = (failure: unknown): boolean => readFailure(failure).kind !== 'inDoubt';
