/** Repeats a step: at once while there is more to do, else after a pause that a kick ends. An error is reported and pauses for longer. */
export class BackgroundLoop {
  private stopped = false;
  private kicked = false;
  private wake: () => void = () => {};
  private running: Promise<void> = Promise.resolve();

  /** @param step returns whether there is more to do at once. */
  constructor(
    private readonly step: () => Promise<boolean>,
    private readonly options: { idleMs: number | (() => number); onError: (error: unknown) => void },
  ) {}

  start(): void {
    this.running = this.run();
  }

  /** Something has happened that the next step should see soon. */
  kick(): void {
    this.kicked = true;
    this.wake();
  }

  /** Resolves when the step that is under way is over; there is none after it. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.wake();
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      const { idleMs, onError } = this.options;
      this.kicked = false;
      let more = false;
      let least = 0;
      try {
        more = await this.step();
      } catch (error) {
        onError(error);
        least = 1_000;
      }
      const pause = Math.max(typeof idleMs === 'number' ? idleMs : idleMs(), least);
      if (!more && !this.kicked && !this.stopped) await this.rest(pause);
    }
  }

  private rest(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
