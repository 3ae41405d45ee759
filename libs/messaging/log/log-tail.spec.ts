import { afterEach, describe, expect, it, vi } from 'vitest';
import type { LogPage, LogQuery } from './event-log.js';
import { matchesFilter } from '../event/event-filter.js';
import { LogTail } from './log-tail.js';
import type { LoggedEvent } from '../event/logged-event.js';

/** A log in memory, which counts how often it is read. */
class MemoryLog {
  readonly events: LoggedEvent[] = [];
  reads = 0;
  /** The reads of single readers. The poll has no limit. */
  readsOfReaders = 0;
  broken = false;
  epoch = 'before';
  /** How far the last look came. */
  looked = -1;

  append(count: number, type = 'test.happened'): void {
    for (let each = 0; each < count; each++)
      this.events.push({ position: (this.events.at(-1)?.position ?? 0) + 2, type, subject: 'A' } as LoggedEvent);
  }

  async read({ after, scan, limit = Infinity, ...filter }: LogQuery): Promise<LogPage> {
    this.reads++;
    if (limit !== Infinity) this.readsOfReaders++;
    if (this.broken) throw new Error('the database is away');
    const scanned = this.events.filter(({ position }) => position > after).slice(0, scan);
    const events = scanned.filter((event) => matchesFilter(event, filter)).slice(0, limit);
    const scannedTo = (events.length === limit ? events : scanned).at(-1)?.position ?? after;
    this.looked = scannedTo;
    return { events, scannedTo, full: events.length === limit || scanned.length === scan, epoch: this.epoch, missed: false };
  }
}

const stops: AbortController[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop.abort();
});

function setUp(pollMs = 5): { log: MemoryLog; tail: LogTail; failures: unknown[]; signal: AbortSignal } {
  const log = new MemoryLog();
  const failures: unknown[] = [];
  const stop = new AbortController();
  stops.push(stop);
  const tail = new LogTail({ log, pollMs: () => pollMs, retryMs: 5, onFailure: (error) => failures.push(error) });
  return { log, tail, failures, signal: stop.signal };
}

async function follow(tail: LogTail, after: number, count: number, signal: AbortSignal, types?: string[]): Promise<number[]> {
  const positions: number[] = [];
  for (let position = after; positions.length < count;) {
    const page = await tail.next({ after: position, scan: 700, limit: 100, types }, signal);
    if (!page) break;
    expect(page.scannedTo).toBeGreaterThan(position);
    positions.push(...page.events.map((event) => event.position));
    position = page.scannedTo;
  }
  return positions;
}

describe('LogTail', () => {
  it('lets a reader page to the end and continue with new events', async () => {
    const { log, tail, signal } = setUp();
    log.append(2_500);
    const reading = follow(tail, 0, 2_600, signal);
    await follow(tail, 0, 2_500, signal);
    log.append(100);
    expect(await reading).toEqual(log.events.map(({ position }) => position));
  });

  it('polls new events once for all readers', async () => {
    const { log, tail, signal } = setUp();
    log.append(1);
    const readings = Array.from({ length: 200 }, () => follow(tail, 2, 3, signal));
    for (const position of [2, 4, 6]) {
      const next = follow(tail, position, 1, signal);
      log.append(1);
      await next;
    }
    for (const positions of await Promise.all(readings)) expect(positions).toEqual([4, 6, 8]);
    // Each looked once where it stood; from there one poll fed all.
    expect(log.readsOfReaders).toBeLessThan(210);
  });

  it('gives a reader that is behind the window what the window no longer has', async () => {
    const { log, tail, signal } = setUp();
    const first = follow(tail, 0, 1, signal);
    // A waiting reader keeps the window moving.
    void tail.next({ after: 1_000_000, scan: 1 }, signal);
    log.append(2_500);
    await first;
    const positions = log.events.map(({ position }) => position);
    const end = follow(tail, positions.at(-1)!, 1, signal);
    log.append(1);
    await end;
    expect(await follow(tail, 0, 2_500, signal)).toEqual(positions);
    expect(await follow(tail, 1_000, 2_000, signal)).toEqual(positions.slice(500));
  });

  it('polls nothing while no reader waits, and misses nothing afterwards', async () => {
    const { log, tail, signal } = setUp();
    const first = follow(tail, 0, 1, signal);
    log.append(1);
    expect(await first).toEqual([2]);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const { reads } = log;
    log.append(3_000);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(log.reads).toBe(reads);
    const late = follow(tail, 6_002, 5, signal);
    const behind = follow(tail, 2, 3_005, signal);
    log.append(5);
    const positions = log.events.map(({ position }) => position);
    expect(await late).toEqual(positions.slice(-5));
    expect(await behind).toEqual(positions.slice(1));
  });

  it('moves readers on whose filter passes nothing', async () => {
    const { log, tail, signal } = setUp();
    const reading = follow(tail, 0, 1, signal, ['rare.*']);
    log.append(1_500);
    log.append(1, 'rare.seen');
    expect(await reading).toEqual([3_002]);
  });

  it('does not wait for its next poll after a hint', async () => {
    const { log, tail, signal } = setUp(3_600_000);
    const reading = follow(tail, 0, 2, signal);
    for (const position of [2, 4]) {
      await vi.waitFor(() => expect(log.looked).toBe(position - 2));
      log.append(1);
      tail.hint();
    }
    expect(await reading).toEqual([2, 4]);
  });

  it('continues when the log can be read again', async () => {
    const { log, tail, failures, signal } = setUp();
    log.broken = true;
    const reading = follow(tail, 0, 10, signal);
    log.append(10);
    await new Promise((resolve) => setTimeout(resolve, 20));
    log.broken = false;
    expect(await reading).toHaveLength(10);
    expect(failures.length).toBeGreaterThan(0);
  });

  it('notifies a waiting reader at once that the log was restored, if the reader sent an epoch', async () => {
    const { log, tail, signal } = setUp();
    log.append(10);
    await follow(tail, 0, 10, signal);
    const waiting = tail.next({ after: 20, scan: 10, epoch: 'before' }, signal);
    const indifferent = tail.next({ after: 20, scan: 10 }, signal);
    await vi.waitFor(() => expect(log.looked).toBe(20));
    log.events.length = 5;
    log.epoch = 'after';
    expect(await waiting).toMatchObject({ events: [], scannedTo: 20, epoch: 'after' });
    log.append(6);
    expect((await indifferent)?.events.map(({ position }) => position)).toEqual([22]);
  });

  it('releases waiting readers on abort', async () => {
    const { log, tail } = setUp();
    const stop = new AbortController();
    const waiting = tail.next({ after: 0, scan: 10 }, stop.signal);
    await new Promise((resolve) => setTimeout(resolve, 10));
    stop.abort();
    expect(await waiting).toBeUndefined();
    const { reads } = log;
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(log.reads).toBeLessThanOrEqual(reads + 1);
  });
});

describe('matchesFilter', () => {
  it.each([
    [{}, true],
    [{ types: [] }, true],
    [{ types: ['order.approved'] }, true],
    [{ types: ['order.*'] }, true],
    [{ types: ['trip.*', 'order.approved'] }, true],
    [{ types: ['order'] }, false],
    [{ types: ['trip.*', 'orders.*', 'order.approve'] }, false],
    [{ subject: 'O-1' }, true],
    [{ types: ['order.*'], subject: 'O-2' }, false],
  ])('%j: %s', (filter, expected) => {
    expect(matchesFilter({ type: 'order.approved', subject: 'O-1' } as LoggedEvent, filter)).toBe(expected);
  });
});
