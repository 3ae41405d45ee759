import { setMaxListeners } from 'node:events';
import type { LoggedEvent } from '../event/logged-event.js';
import { partitionKeyOf } from '../event/partition-key.js';
import { pause } from '../../timing/pause.js';
import type { EventHandler } from './channel.js';
import type { Slots } from './slots.js';

export interface KeyedDeliveryOptions {
  /** Everything up to this offset is settled. */
  from: number;
  handler: EventHandler;
  /** Limits how many handlers run at once. Deliveries may share it. */
  slots: Slots;
  /** How long an event waits after its n-th failure (1, 2, …), in milliseconds. */
  backoffMs: (failures: number) => number;
  /** Receives every failure of the handler. */
  onNack: (event: LoggedEvent, failures: number, error: unknown) => void;
  /** Whether this delivery still owns the source. The first `false` stops the delivery for good. Default: always. */
  holds?: () => boolean;
}

interface PendingEvent {
  offset: number;
  event: LoggedEvent;
}

/** How many events may be pending before no more are taken. A key that always fails delays other keys only when so many wait behind it. */
const MAX_PENDING = 1_000;

/**
 * Passes the events of one ordered source to a handler: in order and one at a time within a key, in parallel across keys. A failed event
 * comes again after a pause, and only its key waits. `settledTo` is the offset up to which nothing has to be delivered again. Every
 * transport uses this class.
 */
export class KeyedDelivery {
  private readonly keys = new Map<string, PendingEvent[]>();
  private readonly working = new Set<Promise<void>>();
  /** The time at which each offset was taken, in the order of the offsets. */
  private readonly pending = new Map<number, number>();
  private readonly stopping = new AbortController();
  private seenTo: number;
  /** How many events were handled. */
  handled = 0;
  private roomMade: (() => void) | undefined;

  constructor(private readonly options: KeyedDeliveryOptions) {
    this.seenTo = options.from;
    setMaxListeners(0, this.stopping.signal); // every key that waits for its next attempt listens
  }

  /** The offset up to which everything is settled. It never decreases. */
  get settledTo(): number {
    for (const first of this.pending.keys()) return first - 1;
    return this.seenTo;
  }

  /** The age of the oldest pending event, in milliseconds; 0 if there is none. */
  get oldestPendingMs(): number {
    for (const takenAt of this.pending.values()) return performance.now() - takenAt;
    return 0;
  }

  /** Takes the next event. Offsets must increase. After `stop` it takes none. */
  take(offset: number, event: LoggedEvent): void {
    if (this.stopping.signal.aborted) return;
    this.seenTo = offset;
    this.pending.set(offset, performance.now());
    const key = partitionKeyOf(event);
    const waiting = this.keys.get(key);
    if (waiting) {
      waiting.push({ offset, event });
      return;
    }
    const queue = [{ offset, event }];
    this.keys.set(key, queue);
    const work = this.work(key, queue).finally(() => this.working.delete(work));
    this.working.add(work);
  }

  /** The source has no wanted event up to this offset. */
  skipTo(offset: number): void {
    if (!this.stopping.signal.aborted) this.seenTo = Math.max(this.seenTo, offset);
  }

  /** Whether another event may be taken. */
  get hasRoom(): boolean {
    return this.pending.size < MAX_PENDING && !this.stopping.signal.aborted;
  }

  /** Resolves when another event may be taken, or when the delivery stops. */
  async room(): Promise<void> {
    while (!this.hasRoom && !this.stopping.signal.aborted) await new Promise<void>((resolve) => (this.roomMade = resolve));
  }

  /** Starts no more handlers. Resolves when the running ones have ended; their results still count. */
  async stop(): Promise<void> {
    this.end();
    await Promise.all(this.working);
  }

  private end(): void {
    this.stopping.abort();
    this.roomMade?.();
  }

  private async work(key: string, queue: PendingEvent[]): Promise<void> {
    for (let next = queue[0]; next; next = queue[0]) {
      if (!(await this.settle(next.event))) return;
      queue.shift();
      this.pending.delete(next.offset);
      this.handled += 1;
      this.roomMade?.();
    }
    this.keys.delete(key);
  }

  /** @returns whether the event was handled; if not, the key stops. */
  private async settle(event: LoggedEvent): Promise<boolean> {
    const { handler, slots, backoffMs, onNack, holds = () => true } = this.options;
    const { signal } = this.stopping;
    for (let failures = 1; ; failures++) {
      await slots.enter();
      try {
        // The whole delivery ends, because a single ended key would never be handled again.
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
