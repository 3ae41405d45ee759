import { matchesFilter } from '../event/event-filter.js';
import type { EventLog, LogPage, LogQuery } from './event-log.js';
import type { LoggedEvent } from '../event/logged-event.js';
import { pause } from '../../timing/pause.js';

export interface LogTailOptions {
  log: Pick<EventLog, 'read'>;
  /** Pause between looks at the end of the log, in milliseconds, unless there is a hint; nobody looks while nobody waits. */
  pollMs: () => number;
  /** Pause after the log could not be read, in milliseconds. */
  retryMs: number;
  /** Hears of every read that failed; it is tried again until the reader gives up. */
  onFailure: (error: unknown) => void;
}

interface Waiter {
  after: number;
  /** The epoch that the reader wants, if it cares. */
  epoch: string | undefined;
  wake: () => void;
}

/** How many of the last events are kept for those who follow closely. */
const WINDOW = 1_000;
const BATCH = 500;

export interface TailQuery extends LogQuery {
  /** The epoch that the reader's position is of. Not said, the reader does not care about restores. */
  epoch?: string;
}

/**
 * Lets any number of readers follow the log for the price of one: whoever is behind pages from the database until it meets the window of
 * the last events, which one poll a process fills, and goes on from there.
 */
export class LogTail {
  /** The window holds exactly the events at positions above `from` up to `head`. */
  private from = 0;
  private head = 0;
  private window: LoggedEvent[] = [];
  /** The epoch that the window is of; undefined before the first poll. */
  private epoch: string | undefined;
  private readonly waiters = new Set<Waiter>();
  private polling = false;
  /** Ends the pause after the look that is under way, which may not see what there is a hint of. */
  private resting = new AbortController();

  constructor(private readonly options: LogTailOptions) {}

  /**
   * The next page that is further than `query.after`, which may be without events where the filter passes none; waits for it as long as it
   * takes, also while the log cannot be read. A page of another epoch than the reader's comes at once: the log was restored, and its
   * events are not those that follow. Undefined once the signal is given.
   */
  async next(query: TailQuery, signal: AbortSignal): Promise<LogPage | undefined> {
    while (!signal.aborted) {
      const page = this.remembered(query) ?? (await this.read(query));
      if (signal.aborted) return undefined;
      if (page === undefined) await pause(this.options.retryMs, signal);
      else if (page.scannedTo > query.after || (query.epoch ?? page.epoch) !== page.epoch) return page;
      else await this.beyond(query, signal);
    }
    return undefined;
  }

  /** There is something new in the log: whoever waits need not wait for the next look. */
  hint(): void {
    this.resting.abort();
  }

  /** From the window, if it reaches back far enough and knows anything new. */
  private remembered({ after, limit = Infinity, ...filter }: TailQuery): LogPage | undefined {
    const { epoch } = this;
    if (epoch === undefined || after < this.from || after >= this.head) return undefined;
    const events: LoggedEvent[] = [];
    for (const event of this.window) {
      if (event.position <= after || !matchesFilter(event, filter)) continue;
      events.push(event);
      if (events.length === limit) return { events, scannedTo: event.position, full: true, epoch, missed: false };
    }
    return { events, scannedTo: this.head, full: false, epoch, missed: false };
  }

  private async read(query: TailQuery): Promise<LogPage | undefined> {
    // Whoever has come to the end of the window waits for the poll and asks nothing of the database.
    const { epoch } = this;
    if (this.polling && epoch !== undefined && query.after === this.head)
      return { events: [], scannedTo: query.after, full: false, epoch, missed: false };
    try {
      return await this.options.log.read(query);
    } catch (error) {
      this.options.onFailure(error);
      return undefined;
    }
  }

  /** Resolves when the window has come beyond the position or is of another epoch, or the signal is given. */
  private async beyond({ after, epoch }: TailQuery, signal: AbortSignal): Promise<void> {
    if (this.head > after || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const waiter = { after, epoch, wake: done };
      const { waiters } = this;
      function done(): void {
        waiters.delete(waiter);
        signal.removeEventListener('abort', done);
        resolve();
      }
      waiters.add(waiter);
      signal.addEventListener('abort', done, { once: true });
      if (!this.polling) void this.poll();
    });
  }

  private async poll(): Promise<void> {
    this.polling = true;
    // A window that nobody has followed for a while would have to catch up first: it begins anew where the first reader stands.
    const start = Math.min(...[...this.waiters].map(({ after }) => after));
    if (start > this.head) this.beginAt(start);
    while (this.waiters.size > 0) {
      this.resting = new AbortController();
      const wait = await this.look();
      if (wait > 0) await pause(wait, this.resting.signal);
    }
    this.polling = false;
  }

  private beginAt(position: number): void {
    this.from = position;
    this.head = position;
    this.window = [];
  }

  /** One look at what has come since the last one. @returns how long to pause after it, in milliseconds. */
  private async look(): Promise<number> {
    try {
      const { events, scannedTo, full, epoch } = await this.options.log.read({ after: this.head, scan: BATCH });
      const restored = epoch !== (this.epoch ?? epoch);
      this.epoch = epoch;
      for (const waiter of this.waiters) if ((waiter.epoch ?? epoch) !== epoch) waiter.wake();
      if (restored) {
        // The window has events that are undone. A reader that still waits fills it again.
        this.beginAt(0);
        return 0;
      }
      this.head = scannedTo;
      this.window.push(...events);
      const surplus = this.window.length - WINDOW;
      if (surplus > 0) this.from = this.window.splice(0, surplus).at(-1)?.position ?? this.from;
      for (const { after, wake } of this.waiters) if (after < this.head) wake();
      return full ? 0 : this.options.pollMs();
    } catch (error) {
      this.options.onFailure(error);
      return this.options.retryMs;
    }
  }
}
