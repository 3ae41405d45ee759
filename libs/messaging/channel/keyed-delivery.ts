import { setMaxListeners } from 'node:events';
import type { LoggedEvent } from '../event/logged-event.js';
import { partitionKeyOf } from '../event/partition-key.js';
import { pause } from '../../timing/pause.js';
import type { EventHandler } from './channel.js';
import type { Slots } from './slots.js';

export interface KeyedDeliveryOptions {
  /** Everything up to this offset is settled already. */
  from: number;
  handler: EventHandler;
  /** How many handlers run at once; may be shared with other deliveries. */
  slots: Slots;
  /** How long an event waits after its n-th failure (1, 2, …), in milliseconds. */
  backoffMs: (failures: number) => number;
  /** Hears of every failure of the handler. */
  onNack: (event: LoggedEvent, failures: number, error: unknown) => void;
  /** Whether the source is still this delivery's to hand out. The first `false` stops the delivery for good. Default: always. */
  holds?: () => boolean;
}

interface Unsettled {
  offset: number;
  event: LoggedEvent;
}

/** How many events may be read and unsettled before no more are taken. A key that fails for ever holds up others only when as many wait behind it. */
const UNSETTLED = 1_000;

/**
 * Hands the events of one ordered source to a handler: one at a time and in order within a key, side by side across keys. One that fails comes
 * again after a pause; only its key waits. What every transport shares; how far the source is settled, it tells by an offset, below which
 * nothing has to be delivered again.
 */
export class KeyedDelivery {
  private readonly keys = new Map<string, Unsettled[]>();
  private readonly working = new Set<Promise<void>>();
  /** When each offset was taken. In order, as offsets come in order. */
  private readonly unsettled = new Map<number, number>();
  private readonly stopping = new AbortController();
  private seenTo: number;
  /** How many events were handled. */
  handled = 0;
  private roomMade: (() => void) | undefined;

  constructor(private readonly options: KeyedDeliveryOptions) {
    this.seenTo = options.from;
    setMaxListeners(0, this.stopping.signal); // every key that waits for its next try listens
  }

  /** The last offset of which, and below which, everything is settled. Never goes back. */
  get settledTo(): number {
    for (const first of this.unsettled.keys()) return first - 1;
    return this.seenTo;
  }

  /** How long the oldest event that was taken has not been settled, in milliseconds; 0 while there is none. */
  get oldestUnsettledMs(): number {
    for (const takenAt of this.unsettled.values()) return performance.now() - takenAt;
    return 0;
  }

  /** Takes the next event; offsets grow. After `stop` it takes none. */
  take(offset: number, event: LoggedEvent): void {
    if (this.stopping.signal.aborted) return;
    this.seenTo = offset;
    this.unsettled.set(offset, performance.now());
    const key = partitionKeyOf(event);
    const waiting = this.keys.get(key);
    if (waiting) {
      waiting.push({ offset, event });
      return;
    }
    const line = [{ offset, event }];
    this.keys.set(key, line);
    const work = this.work(key, line).finally(() => this.working.delete(work));
    this.working.add(work);
  }

  /** The source has nothing of interest up to this offset. */
  skipTo(offset: number): void {
    if (!this.stopping.signal.aborted) this.seenTo = Math.max(this.seenTo, offset);
  }

  /** Whether more may be taken. */
  get hasRoom(): boolean {
    return this.unsettled.size < UNSETTLED && !this.stopping.signal.aborted;
  }

  /** Resolves when more may be taken, or when it stops. */
  async room(): Promise<void> {
    while (!this.hasRoom && !this.stopping.signal.aborted) await new Promise<void>((resolve) => (this.roomMade = resolve));
  }

  /** Starts no handler any more. Resolves when those that run are over; what they settle still counts. */
  async stop(): Promise<void> {
    this.end();
    await Promise.all(this.working);
  }

  private end(): void {
    this.stopping.abort();
    this.roomMade?.();
  }

  private async work(key: string, line: Unsettled[]): Promise<void> {
    for (let next = line[0]; next; next = line[0]) {
      if (!(await this.settle(next.event))) return;
      line.shift();
      this.unsettled.delete(next.offset);
      this.handled += 1;
      this.roomMade?.();
    }
    this.keys.delete(key);
  }

  /** @returns whether it was handled; if not, it stops. */
  private async settle(event: LoggedEvent): Promise<boolean> {
    const { handler, slots, backoffMs, onNack, holds = () => true } = this.options;
    const { signal } = this.stopping;
    for (let failures = 1; ; failures++) {
      await slots.enter();
      try {
        // One key alone must not end: nothing would ever handle its events again.
        if (!holds()) this.end();
        if (signal.aborted) return false;
        await handler(event);
        return true;
      } catch (error) {
        onNack(event, failures, error);
      } finally {
        slots.leave();
      }
      await pause(backoffMs(failures), signal);
      if (signal.aborted) return false;
    }
  }
}
