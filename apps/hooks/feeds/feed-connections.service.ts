import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Gauge } from 'prom-client';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';
import { FEED_SETTINGS, type FeedSettings } from './feed-settings.js';

/** A long-lived connection: a stream, a socket or a long poll. */
export interface FeedConnection {
  /** Aborted when the connection has to end: it was closed, its lifetime is over, or the process stops. */
  readonly signal: AbortSignal;
  /** Releases the connection. May be called more than once. */
  close(): void;
}

const gauge = new Gauge({ name: 'feed_connections', help: 'Long-lived readers: streams, sockets and long polls' });

/** Spreads the reconnects of clients that connected at the same time. */
const JITTER = 0.2;

/**
 * Limits long-lived connections. Each ends after its lifetime, so that load spreads over processes again, and when the process
 * stops. A caller may have at most as many connections as are still free (a dynamic threshold): a single caller gets half of
 * them, two callers a third each. So there is always room for another caller.
 */
@Injectable()
export class FeedConnections implements OnModuleDestroy {
  private readonly open = new Set<AbortController>();
  private readonly connectionsOf = new Map<string, number>();
  private stopping = false;

  constructor(@Inject(FEED_SETTINGS) private readonly settings: FeedSettings) {}

  /**
   * @param caller the holder of the API key, or the address.
   * @throws ProblemException 503 `TOO_MANY_CONNECTIONS` when no connection is free, the caller has its share, or the process
   * stops.
   */
  acquire(caller: string): FeedConnection {
    const free = this.settings.FEED_CONNECTIONS - this.open.size;
    const taken = this.connectionsOf.get(caller) ?? 0;
    if (this.stopping || taken >= free) {
      const why = this.stopping
        ? 'This process is stopping.'
        : free === 0
          ? 'All long-lived connections of this process are in use.'
          : `This caller has ${taken} long-lived connections to this process, and only ${free} are free.`;
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

  /** The first step of a shutdown: waiting readers must not delay it. */
  onModuleDestroy(): void {
    this.stopping = true;
    for (const controller of this.open) controller.abort();
  }
}
