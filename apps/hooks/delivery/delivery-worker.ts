import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from 'pg';
import { inTransaction } from '../../../libs/database/in-transaction.js';
import { EventLog } from '../../../libs/messaging/log/event-log.js';
import type { LoggedEvent } from '../../../libs/messaging/event/logged-event.js';
import { isPassing } from '../../../libs/messaging/inbox/passing-failure.js';
import type { HookConnections } from '../egress/guarded-agent.js';
import type { EndpointSecrets } from '../endpoints/endpoint-secrets.js';
import type { AttemptOutcome } from './attempt-outcome.js';
import { isAnythingDue, claim, type ClaimedDelivery } from './claim.js';
import type { Clock } from '../../../libs/service-kit/clock.js';
import { countAttempt } from './delivery-metrics.js';
import { renderDelivery, UnfitEventError } from './render-delivery.js';
import { childTraceparent, sendHook } from './send-hook.js';
import { settle } from './settle.js';
import { signatureOf } from './sign.js';

export interface DeliveryWorkerOptions {
  database: Pool;
  secrets: EndpointSecrets;
  connections: HookConnections;
  clock: Clock;
  /** Names this worker in leases and in the log. */
  name: string;
  /** The largest number of requests in flight. */
  capacity?: number;
  onError?: (error: unknown) => void;
}

interface ReadyDelivery {
  delivery: ClaimedDelivery;
  /** Undefined for an event that is not in the log, or no longer. */
  logged: LoggedEvent | undefined;
  /** An error if the secrets cannot be read. */
  secrets: string[] | Error;
}

/** The pause before the outcome of an attempt is written again after a database fault. */
const WRITE_AGAIN_AFTER_MS = 250;

const contentTypes = {
  structured: 'application/cloudevents+json; charset=utf-8',
  json: 'application/json; charset=utf-8',
} as const;

/** Sends due deliveries. Any number of workers share the queue. A lease reserves a delivery for one worker. */
export class DeliveryWorker {
  private readonly inFlight = new Set<Promise<void>>();
  private readonly capacity: number;
  private readonly settledListeners = new Set<() => void>();

  constructor(private readonly options: DeliveryWorkerOptions) {
    this.capacity = options.capacity ?? 200;
  }

  /** Claims due deliveries up to the free capacity, and starts to send them. @returns their number. */
  async dispatch(): Promise<number> {
    const capacity = this.capacity - this.inFlight.size;
    if (capacity <= 0) return 0;
    const ready = await this.take(capacity);
    for (const one of ready) {
      const work = this.attempt(one)
        .catch((error: unknown) => this.options.onError?.(error))
        .finally(() => {
          this.inFlight.delete(work);
          for (const listener of this.settledListeners) listener();
        });
      this.inFlight.add(work);
    }
    return ready.length;
  }

  /** Claims deliveries and reads their events and secrets. If that fails, nothing is claimed and no attempt is used. */
  private async take(capacity: number): Promise<ReadyDelivery[]> {
    const { database, clock, name, secrets } = this.options;
    const now = clock.now();
    if (!(await isAnythingDue(database, now))) return [];
    return inTransaction(database, async (tx) => {
      const deliveries = await claim(tx, { worker: name, capacity, now });
      if (deliveries.length === 0) return [];
      const logged = deliveries.flatMap(({ inLog, eventId }) => (inLog ? [eventId] : []));
      const events = logged.length > 0 ? await new EventLog(tx).findAll([...new Set(logged)]) : [];
      const byId = new Map(events.map((event) => [event.eventId, event]));
      const signers = await secrets.live(tx, [...new Set(deliveries.map(({ hookId }) => hookId))], now);
      return deliveries.map((delivery) => ({
        delivery,
        logged: byId.get(delivery.eventId),
        secrets: signers.get(delivery.hookId) ?? [],
      }));
    });
  }

  /** Calls the listener after each attempt. Capacity is free then, and a successor at an ordered endpoint may be due. */
  onSettled(listener: () => void): void {
    this.settledListeners.add(listener);
  }

  /** Resolves when no request is in flight. */
  async idle(): Promise<void> {
    while (this.inFlight.size > 0) await Promise.all(this.inFlight);
  }

  private async attempt(ready: ReadyDelivery): Promise<void> {
    const { onError } = this.options;
    const outcome = await this.send(ready).catch((error: unknown) => {
      // This is a fault of the service, never of a receiver. It concerns this delivery only.
      onError?.(error);
      return this.unsent(
        error instanceof UnfitEventError ? 'unfit' : 'internal',
        error instanceof Error ? error.message : 'The delivery failed before it was sent. See the log of the hooks service.',
      );
    });
    const state = await this.write(ready.delivery, outcome);
    countAttempt(ready.delivery.hookId, outcome.error ?? 'success', state);
  }

  /**
   * Records an outcome. While the database is unavailable it retries until the lease ends: no other worker repeats the attempt
   * before that.
   */
  private async write(delivery: ClaimedDelivery, outcome: AttemptOutcome): Promise<string | undefined> {
    const { database, clock, name } = this.options;
    for (;;) {
      try {
        return await settle(database, { ...delivery, worker: name }, outcome, clock);
      } catch (error) {
        if (!isPassing(error) || clock.now() >= delivery.leasedUntil) throw error;
        await delay(WRITE_AGAIN_AFTER_MS);
      }
    }
  }

  private async send({ delivery, logged, secrets }: ReadyDelivery): Promise<AttemptOutcome> {
    if (secrets instanceof Error) throw secrets;
    const event = renderDelivery(delivery, logged, this.options.clock.now());
    if (!event) return this.unsent('expired', 'The event is no longer in the log.');
    const { connections, clock } = this.options;
    const body = JSON.stringify(event);
    const timestamp = Math.floor(clock.now().getTime() / 1_000);
    const headers = {
      'content-type': contentTypes[delivery.contentMode],
      'user-agent': 'Roundtrip-Hooks/1',
      'webhook-id': event.id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': signatureOf(secrets, event.id, timestamp, body),
      traceparent: childTraceparent(event.traceparent),
      // For people who read logs. These headers are not signed.
      'x-hook-delivery': delivery.deliveryId,
      'x-hook-attempt': String(delivery.attempt),
    };
    const { url, timeoutMs } = delivery;
    const outcome = await sendHook(connections, { url, headers, body, timeoutMs, instantRetry: delivery.attempt === 1 }, clock);
    return delivery.trigger === 'verify' ? checkEcho(delivery, outcome) : outcome;
  }

  private unsent(error: 'expired' | 'unfit' | 'internal', detail: string): AttemptOutcome {
    return { startedAt: this.options.clock.now(), durationMs: 0, error, detail, requestHeaders: {} };
  }
}

/** An endpoint under verification has to return the challenge in the body. */
function checkEcho({ data }: ClaimedDelivery, outcome: AttemptOutcome): AttemptOutcome {
  if (outcome.error !== undefined) return outcome;
  const { challenge } = JSON.parse(data!) as { challenge: string };
  if (outcome.responseBody?.includes(challenge)) return outcome;
  return { ...outcome, error: 'unverified', detail: 'The answer does not contain the challenge of data.challenge.' };
}
