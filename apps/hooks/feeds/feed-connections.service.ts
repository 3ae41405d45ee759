import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Gauge } from 'prom-client';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';
import { FEED_SETTINGS, type FeedSettings } from './feed-settings.js';

/** Somebody who stays: a stream, a socket, a long poll that waits. */
export interface FeedConnection {
  /** Given when the connection has to end: it has been closed, its life is over, or the process stops. */
  readonly signal: AbortSignal;
  /** Gives the place back. May be called more than once. */
  close(): void;
}

const gauge = new Gauge({ name: 'feed_connections', help: 'Readers that stay: streams, sockets, long polls that wait' });

/** So many of a crowd that came at once do not come back at once. */
const JITTER = 0.2;

/**
 * Keeps count of those who stay, and ends them: at the end of their time, so that load spreads over processes again, and when the process
 * stops. A caller may have as many places as are still free, no more (a dynamic threshold): one alone has at most half of them, two a third
 * each, and there is room for the next caller.
 */
@Injectable()
export class FeedConnections implements OnModuleDestroy {
  private readonly open = new Set<AbortController>();
  private readonly connectionsOf = new Map<string, number>();
  private stopping = false;

  constructor(@Inject(FEED_SETTINGS) private readonly settings: FeedSettings) {}

  /**
   * @param caller who reads: the holder of the API key, or the address.
   * @throws ProblemException 503 `TOO_MANY_CONNECTIONS` when no place is free, the caller has its share, or the process is about to stop.
   */
  acquire(caller: string): FeedConnection {
    const free = this.settings.FEED_CONNECTIONS - this.open.size;
    const taken = this.connectionsOf.get(caller) ?? 0;
    if (this.stopping || taken >= free) {
      const why = this.stopping
        ? 'This process is stopping.'
        : free === 0
          ? 'All places of this process for readers that stay are taken.'
          : `This caller has ${taken} places of this process for readers that stay, and only ${free} are left for everybody.`;
      throw new ProblemException(503, 'TOO_MANY_CONNECTIONS', `${why} Try again, with the same cursor.`, {}, { retryAfter: 1 });
    }
    this.connectionsOf.set(caller, taken + 1);
    const controller = new AbortController();
    const lifetimeMs = this.settings.FEED_LIFETIME_MS * (1 - JITTER * Math.random());
    const end = setTimeout(() => controller.abort(), lifetimeMs).unref();
    this.open.add(controller);
    gauge.inc();
    return {
      signal: controller.signal,
      close: () => {
        clearTimeout(end);
        if (this.open.delete(controller)) this.release(caller);
        controller.abort();
      },
    };
  }

  private release(caller: string): void {
    gauge.dec();
    const left = (this.connectionsOf.get(caller) ?? 1) - 1;
    if (left > 0) this.connectionsOf.set(caller, left);
    else this.connectionsOf.delete(caller);
  }

  /** First of all that happens at the end: nobody who merely waits may hold the process up. */
  onModuleDestroy(): void {
    this.stopping = true;
    for (const controller of this.open) controller.abort();
  }
}
