import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from 'pg';
import { inTransaction } from '../../../libs/database/in-transaction.js';
import { EventLog } from '../../../libs/messaging/log/event-log.js';
import type { LoggedEvent } from '../../../libs/messaging/event/logged-event.js';
import { isPassing } from '../../../libs/messaging/inbox/passing-failure.js';
import type { HookConnections } from '../egress/guarded-agent.js';
import type { EndpointSecrets } from '../endpoints/endpoint-secrets.js';
import type { AttemptOutcome } from './attempt-outcome.js';
import { anythingDue, claim, type ClaimedDelivery } from './claim.js';
import type { Clock } from '../../../libs/service-kit/clock.js';
import { countAttempt } from './delivery-metrics.js';
import { renderDelivery, UnfitEventError } from './render-delivery.js';
import { continuedTrace, sendHook } from './send-hook.js';
import { settle } from './settle.js';
import { signatureOf } from './sign.js';

export interface DeliveryWorkerOptions {
  database: Pool;
  secrets: EndpointSecrets;
  connections: HookConnections;
  clock: Clock;
  /** Says in leases and in the log whose attempt it is. */
  name: string;
  /** How many requests at once. */
  capacity?: number;
  onError?: (error: unknown) => void;
}

interface ReadyDelivery {
  delivery: ClaimedDelivery;
  /** Undefined for what is not in the log, or not any more. */
  logged: LoggedEvent | undefined;
  /** An error in place of secrets that cannot be read. */
  secrets: string[] | Error;
}

/** How long the outcome of an attempt waits for a database that cannot take it now. */
const WRITE_AGAIN_AFTER_MS = 250;

const contentTypes = {
  structured: 'application/cloudevents+json; charset=utf-8',
  json: 'application/json; charset=utf-8',
} as const;

/** Sends what is due. Any number of workers share the queue; what one sends no other does, until its lease ends. */
export class DeliveryWorker {
  private readonly underWay = new Set<Promise<void>>();
  private readonly capacity: number;
  private readonly settledListeners = new Set<() => void>();

  constructor(private readonly options: DeliveryWorkerOptions) {
    this.capacity = options.capacity ?? 200;
  }

  /** Takes what is due now and there is room for, and begins to send it. @returns how many that were. */
  async dispatch(): Promise<number> {
    const capacity = this.capacity - this.underWay.size;
    if (capacity <= 0) return 0;
    const ready = await this.take(capacity);
    for (const one of ready) {
      const work = this.attempt(one)
        .catch((error: unknown) => this.options.onError?.(error))
        .finally(() => {
          this.underWay.delete(work);
          for (const listener of this.settledListeners) listener();
        });
      this.underWay.add(work);
    }
    return ready.length;
  }

  /** Claims deliveries with all that they need: where that cannot be read nothing is claimed, and no attempt is spent. */
  private async take(capacity: number): Promise<ReadyDelivery[]> {
    const { database, clock, name, secrets } = this.options;
    const now = clock.now();
    if (!(await anythingDue(database, now))) return [];
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

  /** Tells whenever an attempt is over: there is room again, and in an ordered endpoint perhaps a successor. */
  onSettled(listener: () => void): void {
    this.settledListeners.add(listener);
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    while (this.underWay.size > 0) await Promise.all(this.underWay);
  }

  private async attempt(ready: ReadyDelivery): Promise<void> {
    const { onError } = this.options;
    const outcome = await this.send(ready).catch((error: unknown) => {
      // Nothing that a receiver does ends here. It is ours to mend, and this delivery's alone: the others have gone.
      onError?.(error);
      const kind = error instanceof UnfitEventError ? 'unfit' : 'internal';
      return this.unsent(kind, error instanceof Error ? error.message : 'Something went wrong before it was sent.');
    });
    const state = await this.write(ready.delivery, outcome);
    countAttempt(ready.delivery.hookId, outcome.error ?? 'success', state);
  }

  /** Writes an outcome down. While the database is away it tries again until the lease ends: no other worker repeats the attempt before. */
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
    if (!event) return this.unsent('expired', 'The event is not in the log any more.');
    const { connections, clock } = this.options;
    const body = JSON.stringify(event);
    const timestamp = Math.floor(clock.now().getTime() / 1_000);
    const headers = {
      'content-type': contentTypes[delivery.contentMode],
      'user-agent': 'Roundtrip-Hooks/1',
      'webhook-id': event.id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': signatureOf(secrets, event.id, timestamp, body),
      traceparent: continuedTrace(event.traceparent),
      // Hints for people who look at logs; they are not signed.
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

/** An endpoint that is to prove that it wants to be one has to give the challenge back. */
function checkEcho({ data }: ClaimedDelivery, outcome: AttemptOutcome): AttemptOutcome {
  if (outcome.error !== undefined) return outcome;
  const { challenge } = JSON.parse(data!) as { challenge: string };
  if (outcome.responseBody?.includes(challenge)) return outcome;
  return { ...outcome, error: 'unverified', detail: 'The answer does not contain the challenge that stands in data.challenge.' };
}
