/** How far a poll goes back behind what was read: the visibility store may be that far behind the truth. */
const OVERLAP_MS = 5_000;

/**
 * Up to when one list of Temporal's visibility store has been read, by Temporal's own times: this process's clock may differ. A poll goes
 * back by the overlap, less the time that has passed since the newest entry was first read. So an idle system is not read again and again.
 */
export class VisibilityWatermark {
  private advancedAt: number;

  /** @param elapsed milliseconds of a clock that never goes back. */
  constructor(
    private seenTo = new Date(0),
    private readonly elapsed: () => number = () => performance.now(),
  ) {
    this.advancedAt = elapsed();
  }

  get value(): Date {
    return this.seenTo;
  }

  /** The time from which the next poll has to read. */
  since(): Date {
    const waited = this.elapsed() - this.advancedAt;
    return new Date(Math.max(0, this.seenTo.getTime() - Math.max(0, OVERLAP_MS - waited)));
  }

  /** @returns whether the time is the newest so far. */
  advance(time: Date): boolean {
    if (time <= this.seenTo) return false;
    this.seenTo = time;
    this.advancedAt = this.elapsed();
    return true;
  }
}
