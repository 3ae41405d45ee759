import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { type Backlog, readBacklog } from './backlog.js';
import { Backoff } from './backoff.js';
import { moveOutbox, releaseParked } from './move-outbox.js';
import type { OutboxPlace } from './outbox-place.js';
import type { Outboxes } from './outboxes.js';
import { RelayMetrics } from './relay-metrics.js';

const BATCH = 200;
const BACKOFF_MS = { first: 100, max: 1_000 };
const RELEASE_EVERY_MS = 10_000;
/** Longer than the sum of all limits of a cycle, so a longer cycle is stuck. */
const STUCK_AFTER_MS = 60_000;

/**
 * Moves events from the outboxes of all services into the log, batch by batch, each service in turn. Any number of relays may run at
 * once: the lock on the log lets one write at a time, and another continues if it dies. An outbox that cannot be emptied is tried again
 * in every cycle and delays no other outbox.
 */
export class Relay {
  private readonly backoff = new Backoff(BACKOFF_MS.first, BACKOFF_MS.max);
  private readonly metrics: RelayMetrics;
  private readonly failing = new Set<string>();
  private lastCycleAt = performance.now();
  private releasedAt = performance.now();
  private stopping = false;
  private running: Promise<void> | undefined;

  constructor(
    private readonly log: Pool,
    private readonly outboxes: Outboxes,
    private readonly logger: Logger,
  ) {
    this.metrics = new RelayMetrics(() => this.backlogs());
  }

  start(): void {
    this.running ??= this.run();
  }

  /** Hints that an outbox may have rows, so the next cycle starts now. */
  hint(): void {
    this.backoff.wake();
  }

  /** Resolves when the current batch is committed. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.backoff.wake();
    await this.running;
  }

  /** @throws if the last cycle ended more than a minute ago. */
  assertAlive(): void {
    const since = performance.now() - this.lastCycleAt;
    if (since > STUCK_AFTER_MS) throw new Error(`The relay has been at the same cycle for ${Math.round(since / 1_000)} s.`);
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      const taken = await this.cycle();
      this.lastCycleAt = performance.now();
      if (taken > 0) this.backoff.reset();
      else if (!this.stopping) await this.backoff.sleep();
    }
  }

  /** Moves one batch of each outbox that has rows. @returns how many rows left the outboxes. */
  private async cycle(): Promise<number> {
    const waiting = await this.attempt('events', () => this.outboxes.waiting((service, error) => this.failed(service, error)));
    let taken = 0;
    if (performance.now() - this.releasedAt > RELEASE_EVERY_MS) {
      this.releasedAt = performance.now();
      for (const place of (await this.attempt('events', () => this.outboxes.all())) ?? [])
        await this.attempt(place.service, () => releaseParked(this.log, place));
    }
    for (const place of waiting ?? []) {
      if (this.stopping) break;
      taken += (await this.attempt(place.service, () => this.move(place))) ?? 0;
    }
    return taken;
  }

  private async move(place: OutboxPlace): Promise<number> {
    const moved = await moveOutbox(this.log, place, { batch: BATCH, waited: (seconds) => this.metrics.waited(seconds) });
    this.metrics.moved(place.service, moved);
    for (const { row, reason, error } of moved.refused) {
      const { id, event_id: eventId, type } = row;
      this.logger.error({ outbox: place.service, id, eventId, type, reason }, `An event was held back: ${error}`);
    }
    return moved.taken;
  }

  /** Logs the start and the end of a failure, not every attempt. */
  private async attempt<Result>(what: string, work: () => Promise<Result>): Promise<Result | undefined> {
    try {
      const result = await work();
      if (this.failing.delete(what)) this.logger.warn({ outbox: what }, `${what}: can be emptied again`);
      return result;
    } catch (error) {
      this.failed(what, error);
      return undefined;
    }
  }

  private failed(what: string, error: unknown): void {
    this.metrics.failed(what);
    if (!this.failing.has(what))
      this.logger.warn({ outbox: what, err: error }, `${what}: cannot be emptied now; it is tried again`);
    this.failing.add(what);
  }

  private async backlogs(): Promise<Map<string, Backlog | undefined>> {
    const all = await this.outboxes.all();
    return new Map(
      await Promise.all(
        all.map(async (place) => [place.service, await readBacklog(this.log, place).catch(() => undefined)] as const),
      ),
    );
  }
}
