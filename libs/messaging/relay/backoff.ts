/** Sleeps that double up to a maximum. `reset` makes them short again; `wake` ends one. */
export class Backoff {
  private next: number;
  private woken = false;
  private end: (() => void) | undefined;

  constructor(
    private readonly firstMs: number,
    private readonly maxMs: number,
  ) {
    this.next = firstMs;
  }

  /** Makes the next sleep short again. */
  reset(): void {
    this.next = this.firstMs;
  }

  /** Ends the current sleep, or else the next one. */
  wake(): void {
    this.woken = true;
    this.end?.();
  }

  async sleep(): Promise<void> {
    if (!this.woken) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, this.next);
        this.end = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.end = undefined;
      this.next = Math.min(this.next * 2, this.maxMs);
    }
    if (this.woken) this.reset();
    this.woken = false;
  }
}
