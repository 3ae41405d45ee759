import { type BeforeApplicationShutdown, Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import { DATABASE } from '../participant/command.executor.js';
import type { Database, Transaction } from '../participant/transaction.js';
import { overdueTrips } from './reservation.repository.js';
import { Reservations } from './reservations.js';

const INTERVAL_MS = 1_000;
const BATCH = 100;

/**
 * Ends overdue holds, on this service's own clock: whoever held them was terminated or is lost. Each in a transaction of its own, so
 * that one that fails holds up no other; several instances may do this at once.
 */
@Injectable()
export class ExpiryService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly log = new Logger('Expiry');
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;

  constructor(
    @Inject(DATABASE) private readonly database: Database<Transaction>,
    @Inject(Reservations) private readonly reservations: Reservations,
  ) {}

  onApplicationBootstrap(): void {
    this.running = this.run(this.stopping.signal);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const more = await this.sweep(signal).catch((error: unknown) => this.log.warn(error));
      if (!more) await delay(INTERVAL_MS, undefined, { signal, ref: false }).catch(() => {});
    }
  }

  /** @returns whether it is worth while to go on at once. */
  private async sweep(signal: AbortSignal): Promise<boolean> {
    const tripIds = await overdueTrips(this.database, BATCH);
    let expired = 0;
    for (const tripId of tripIds) {
      if (signal.aborted) return false;
      if (await this.expire(tripId)) expired += 1;
    }
    if (expired > 0) this.log.log(`expired ${expired} overdue holds`);
    return expired > 0 && tripIds.length === BATCH;
  }

  private async expire(tripId: string): Promise<boolean> {
    const context = { key: `expiry:${tripId}`, correlationId: null, traceparent: null };
    return this.database
      .$transaction((tx) => this.reservations.expire(tx, tripId, context))
      .catch((error: unknown) => {
        this.log.warn(`the hold of trip ${tripId} could not be ended, it will be tried again: ${String(error)}`);
        return false;
      });
  }
}
