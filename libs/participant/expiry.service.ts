import { type BeforeApplicationShutdown, Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import type { CommandContext } from './command-context.js';
import { DATABASE } from './command.executor.js';
import type { Database, Transaction } from './transaction.js';

const INTERVAL_MS = 1_000;
const BATCH = 100;

/** The holds of a participant, which expire. */
export interface Expirable<Tx extends Transaction = Transaction> {
  /** One of them, in words: `hold`. */
  readonly noun: string;
  /** The ids of those that are overdue, the oldest first. */
  overdue(reader: Tx, limit: number): Promise<string[]>;
  /** Ends one that is overdue, unless a command is about to decide about it. @returns whether it did. */
  expire(tx: Tx, id: string, context: CommandContext): Promise<boolean>;
}

export const EXPIRABLE = Symbol('EXPIRABLE');

/**
 * Ends what is overdue, on the participant's own clock: its saga was terminated or is lost. Each in a transaction of its own, so that one that
 * fails delays no other. Several instances may do this at once.
 */
@Injectable()
export class ExpiryService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly log = new Logger('Expiry');
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;

  constructor(
    @Inject(DATABASE) private readonly database: Database<Transaction>,
    @Inject(EXPIRABLE) private readonly expirable: Expirable,
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

  /** @returns whether more may be overdue, so that the next sweep begins at once. */
  private async sweep(signal: AbortSignal): Promise<boolean> {
    const ids = await this.expirable.overdue(this.database, BATCH);
    let expired = 0;
    for (const id of ids) {
      if (signal.aborted) return false;
      if (await this.expire(id)) expired += 1;
    }
    if (expired > 0) this.log.log(`expired ${expired} of kind ${this.expirable.noun}`);
    return expired > 0 && ids.length === BATCH;
  }

  private async expire(id: string): Promise<boolean> {
    const context = { key: `expiry:${id}`, correlationId: null, traceparent: null };
    return this.database
      .$transaction((tx) => this.expirable.expire(tx, id, context))
      .catch((error: unknown) => {
        this.log.warn(`the ${this.expirable.noun} ${id} could not be ended, it will be tried again: ${String(error)}`);
        return false;
      });
  }
}
