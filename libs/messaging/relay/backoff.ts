/** A sleep that grows while nothing happens, and that anybody can end. */
export class Idle {
  private next: number;
  private woken = false;
  private end: (() => void) | undefined;

  constructor(
    private readonly firstMs: number,
    private readonly longestMs: number,
  ) {
    this.next = firstMs;
  }

  /** Something happened: the next sleep is short again. */
  reset(): void {
    this.next = this.firstMs;
  }

  /** Ends the sleep, or the next one if nobody sleeps right now. */
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
      this.next = Math.min(this.next * 2, this.longestMs);
    }
    if (this.woken) this.reset();
    this.woken = false;
  }
}
