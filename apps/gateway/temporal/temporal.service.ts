import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleDestroy,
} from '@nestjs/common';
import { Client, type ConnectionLike } from '@temporalio/client';
import { GATEWAY_SETTINGS, type GatewaySettings } from '../config/gateway.settings.js';
import { outageOf, TemporalUnavailableException } from './temporal-outage.js';

export const TEMPORAL_CONNECTION = Symbol('TEMPORAL_CONNECTION');

const CALL_TIMEOUT_MS = 2_500;
const PROBE_TIMEOUT_MS = 1_000;
const UP_INTERVAL_MS = 1_000;
const DOWN_INTERVAL_MS = 250;

/** A busy server or process may miss one probe. A second miss in a row is an outage. */
const MISSED_PROBES_OF_OUTAGE = 2;

/**
 * The client of Temporal, with a timeout for every call. Both kinds of connection retry for longer than a caller waits, so the
 * timeout is enforced here as well. Temporal is probed once a second. During an outage calls are refused without being sent, so
 * that they are not in doubt.
 */
@Injectable()
export class TemporalService implements OnApplicationBootstrap, OnModuleDestroy, OnApplicationShutdown {
  private readonly client: Client;
  private missedProbes = 0;
  private timer: NodeJS.Timeout | undefined;
  private probing: Promise<void> | undefined;
  private stopped = false;
  private readonly waits = new AbortController();

  constructor(
    @Inject(TEMPORAL_CONNECTION) private readonly connection: ConnectionLike,
    @Inject(GATEWAY_SETTINGS) { TEMPORAL_NAMESPACE }: Pick<GatewaySettings, 'TEMPORAL_NAMESPACE'>,
  ) {
    this.client = new Client({ connection, namespace: TEMPORAL_NAMESPACE });
  }

  /**
   * @throws TemporalUnavailableException after at most `withinMs`; errors that are answers (not found, already started)
   * unchanged.
   */
  async call<Result>(request: (client: Client) => Promise<Result>, withinMs = CALL_TIMEOUT_MS): Promise<Result> {
    if (this.missedProbes >= MISSED_PROBES_OF_OUTAGE) throw new TemporalUnavailableException(false);
    try {
      return await withTimeout(this.connection, withinMs, () => request(this.client));
    } catch (cause) {
      if (!isOutage(cause)) throw cause;
      this.missedProbes = Math.max(this.missedProbes, 1);
      void this.watch();
      throw new TemporalUnavailableException(true, { cause });
    }
  }

  /**
   * Like `call`, for long waits: a timeout gives undefined, and does not count as an outage. A shutdown ends every wait, so that
   * waiting callers do not delay it.
   */
  async wait<Result>(request: (client: Client) => Promise<Result>, forMs: number): Promise<Result | undefined> {
    return withTimeout(this.connection, forMs, () => request(this.client), this.waits.signal).catch((error: unknown) => {
      if (isOutage(error)) return undefined;
      throw error;
    });
  }

  /** Settles within a second. @throws when Temporal does not answer. */
  async probe(): Promise<void> {
    await withTimeout(this.connection, PROBE_TIMEOUT_MS, () => this.connection.workflowService.getSystemInfo({}));
  }

  onApplicationBootstrap(): void {
    void this.watch();
  }

  /** The first hook of a shutdown, before the HTTP server waits for its answers. */
  onModuleDestroy(): void {
    this.waits.abort();
  }

  onApplicationShutdown(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private watch(): Promise<void> {
    this.probing ??= this.probeOnce().finally(() => {
      this.probing = undefined;
      clearTimeout(this.timer);
      const pause = this.missedProbes === 0 ? UP_INTERVAL_MS : DOWN_INTERVAL_MS;
      if (!this.stopped) this.timer = setTimeout(() => void this.watch(), pause).unref();
    });
    return this.probing;
  }

  private async probeOnce(): Promise<void> {
    try {
      await this.probe();
      this.missedProbes = 0;
    } catch {
      this.missedProbes += 1;
    }
  }
}

const isOutage = (error: unknown): boolean => error instanceof DeadlineExceededError || outageOf(error) !== undefined;

/** The wait has ended: the time is up, or the process stops. The call may still have its effect. */
export class DeadlineExceededError extends Error {
  override readonly name = 'DeadlineExceededError';
}

/**
 * Calls Temporal with a deadline, and enforces it whatever the connection does.
 * @param signal ends the wait earlier.
 * @throws DeadlineExceededError, or what `request` throws.
 */
export async function withTimeout<Result>(
  connection: ConnectionLike,
  ms: number,
  request: () => Promise<Result>,
  signal?: AbortSignal,
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  let stop = () => {};
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DeadlineExceededError(`no answer within ${ms} ms`)), ms);
    stop = () => reject(new DeadlineExceededError('the wait was ended'));
    if (signal?.aborted) stop();
    signal?.addEventListener('abort', stop);
  });
  try {
    return await Promise.race([connection.withDeadline(Date.now() + ms, request), deadline]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
}
