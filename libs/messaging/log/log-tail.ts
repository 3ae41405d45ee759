import { matchesFilter } from '../event/event-filter.js';
import type { EventLog, LogPage, LogQuery } from './event-log.js';
import type { LoggedEvent } from '../event/logged-event.js';
import { pause } from '../../timing/pause.js';

export interface LogTailOptions {
  log: Pick<EventLog, 'read'>;
  /** Pause between two polls without a hint, in milliseconds. Nothing polls while no reader waits. */
  pollMs: () => number;
  /** Pause after a failed read, in milliseconds. */
  retryMs: number;
  /** Receives every failed read. The read is tried again until the reader's signal aborts. */
  onFailure: (error: unknown) => void;
}

interface Waiter {
  after: number;
  /** The epoch that the reader wants, if it cares. */
  epoch: string | undefined;
  wake: () => void;
}

/** How many of the newest events are kept for readers near the end. */
const WINDOW = 1_000;
const BATCH = 500;

export interface TailQuery extends LogQuery {
  /** The epoch of the reader's position. Without it the reader ignores restores. */
  epoch?: string;
}

/**
 * Lets any number of readers follow the log at the cost of one. A reader that is behind pages from the database until it reaches the window
 * of the newest events. One poll per process fills the window.
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
  /** Ends the pause after the current poll, which may have begun before the hint. */
  private resting = new AbortController();

  constructor(private readonly options: LogTailOptions) {}

  /**
   * The next page beyond `query.after`, which may be empty if the filter matches nothing. Waits as long as it takes, also while the log
   * cannot be read. A page of another epoch than the reader's comes at once: the log was restored, and its events do not follow the
   * reader's. Undefined once the signal aborts.
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

  /** The log has new events, so the next poll starts now. */
  hint(): void {
    this.resting.abort();
  }

  /** A page from the window, if the window covers the position and has newer events. */
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
    // A reader at the end of the window waits for the poll and sends no query.
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

  /** Resolves when the window is beyond the position or of another epoch, or the signal aborts. */
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
    // A window without readers is out of date, so it begins again at the first reader's position.
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

  /** Polls the new events. @returns how long to pause afterwards, in milliseconds. */
  private async look(): Promise<number> {
    try {
      const { events, scannedTo, full, epoch } = await this.options.log.read({ after: this.head, scan: BATCH });
      const restored = epoch !== (this.epoch ?? epoch);
      this.epoch = epoch;
      for (const waiter of this.waiters) if ((waiter.epoch ?? epoch) !== epoch) waiter.wake();
      if (restored) {
        // The window has events that the restore has undone. The next polls fill it again.
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
