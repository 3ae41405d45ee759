/** How far a poll reads back: the visibility store may be that late. */
const OVERLAP_MS = 5_000;

/**
 * Up to when one list of Temporal's visibility store has been read. It uses the times of Temporal, because the clock of this
 * process may differ. A poll reads back by the overlap, less the time since the newest entry was first read. So an idle system is
 * not read repeatedly.
 */
export class VisibilityWatermark {
  private advancedAt: number;

  /** @param elapsed milliseconds of a monotonic clock. */
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
    const overlap = OVERLAP_MS - (this.elapsed() - this.advancedAt);
    // Past the overlap, the newest entry itself is not read again: it may be of a saga that retention has removed meanwhile.
    return new Date(Math.max(0, this.seenTo.getTime() - (overlap > 0 ? overlap : -1)));
  }

  /** @returns whether the time is the newest so far. */
  advance(time: Date): boolean {
    if (time <= this.seenTo) return false;
    this.seenTo = time;
    this.advancedAt = this.elapsed();
    return true;
  }
}
