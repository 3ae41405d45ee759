/** How many events a client still wants. Unlimited until it first sends a number. */
export class SocketCredit {
  private credit: number;
  private wake: (() => void) | undefined;

  constructor(want: number | undefined) {
    this.credit = want ?? Infinity;
  }

  get left(): number {
    return this.credit;
  }

  /** The first number of an unlimited client sets the limit from then on. */
  add(want: number): void {
    this.credit = this.credit === Infinity ? want : this.credit + want;
    this.wake?.();
  }

  spend(events: number): void {
    // A number may arrive while these events are in flight. They count against it, although they were sent before.
    this.credit = Math.max(0, this.credit - events);
  }

  /** Resolves to true as soon as the client wants an event, to false once the signal is aborted. */
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
