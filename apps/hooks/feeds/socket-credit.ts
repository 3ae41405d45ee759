/** How many events a client still wants. Without a limit until it first names a number. */
export class SocketCredit {
  private credit: number;
  private wake: (() => void) | undefined;

  constructor(want: number | undefined) {
    this.credit = want ?? Infinity;
  }

  get left(): number {
    return this.credit;
  }

  /** The first wish of a client that wanted everything limits it from there on. */
  add(want: number): void {
    this.credit = this.credit === Infinity ? want : this.credit + want;
    this.wake?.();
  }

  spend(events: number): void {
    // A wish may have come while these were on their way: they were not asked for by it, but they count.
    this.credit = Math.max(0, this.credit - events);
  }

  /** Resolves to true as soon as anything is wanted, to false once the signal is given. */
  async available(signal: AbortSignal): Promise<boolean> {
    while (this.credit === 0 && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const done = () => {
          signal.removeEventListener('abort', done);
          this.wake = undefined;
          resolve();
        };
        this.wake = done;
        signal.addEventListener('abort', done, { once: true });
      });
    }
    return !signal.aborted;
  }
}
