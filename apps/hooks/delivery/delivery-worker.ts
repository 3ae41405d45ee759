import type { Pool } from 'pg';
import type { Agent } from 'undici';
import { EventLog } from '../../../libs/messaging/event-log.js';
import type { EndpointSecrets } from '../endpoints/endpoint-secrets.js';
import type { AttemptOutcome } from './attempt-outcome.js';
import { claim, type ClaimedDelivery } from './claim.js';
import type { Clock } from '../../../libs/service-kit/clock.js';
import { countAttempt } from './delivery-metrics.js';
import { renderDelivery } from './render-delivery.js';
import { continuedTrace, sendHook } from './send-hook.js';
import { settle } from './settle.js';
import { signatureOf } from './sign.js';

export interface DeliveryWorkerOptions {
  database: Pool;
  secrets: EndpointSecrets;
  agent: Agent;
  clock: Clock;
  /** Says in leases and in the log whose attempt it is. */
  name: string;
  /** How many requests at once. */
  capacity?: number;
  onError?: (error: unknown) => void;
}

const contentTypes = {
  structured: 'application/cloudevents+json; charset=utf-8',
  json: 'application/json; charset=utf-8',
} as const;

/** Sends what is due. Any number of workers share the queue; what one sends no other does, until its lease ends. */
export class DeliveryWorker {
  private readonly underWay = new Set<Promise<void>>();
  private readonly log: EventLog;
  private readonly capacity: number;
  private readonly settledListeners = new Set<() => void>();

  constructor(private readonly options: DeliveryWorkerOptions) {
    this.log = new EventLog(options.database);
    this.capacity = options.capacity ?? 200;
  }

  /** Takes what is due now and there is room for, and begins to send it. @returns how many that were. */
  async dispatch(): Promise<number> {
    const { database, clock, name, secrets } = this.options;
    const now = clock.now();
    const deliveries = await claim(database, { worker: name, capacity: this.capacity - this.underWay.size, now });
    if (deliveries.length === 0) return 0;
    const hookIds = [...new Set(deliveries.map(({ hookId }) => hookId))];
    const logged = deliveries.flatMap(({ inLog, eventId }) => (inLog ? [eventId] : []));
    const [events, signers] = await Promise.all([
      logged.length > 0 ? this.log.findAll([...new Set(logged)]) : [],
      secrets.live(database, hookIds, now),
    ]);
    const byId = new Map(events.map((event) => [event.eventId, event]));
    for (const delivery of deliveries) {
      const event = renderDelivery(delivery, byId.get(delivery.eventId), now);
      const work = this.attempt(delivery, event, signers.get(delivery.hookId) ?? [])
        .catch((error: unknown) => this.options.onError?.(error))
        .finally(() => {
          this.underWay.delete(work);
          for (const listener of this.settledListeners) listener();
        });
      this.underWay.add(work);
    }
    return deliveries.length;
  }

  /** Tells whenever an attempt is over: there is room again, and in an ordered endpoint perhaps a successor. */
  onSettled(listener: () => void): void {
    this.settledListeners.add(listener);
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    while (this.underWay.size > 0) await Promise.all(this.underWay);
  }

  private async attempt(delivery: ClaimedDelivery, event: ReturnType<typeof renderDelivery>, secrets: string[]): Promise<void> {
    const { database, clock, name } = this.options;
    const outcome = event ? await this.send(delivery, event, secrets) : this.forgotten();
    const state = await settle(database, { ...delivery, worker: name }, outcome, clock);
    countAttempt(outcome.error ?? 'success', state);
  }

  private async send(
    delivery: ClaimedDelivery,
    event: NonNullable<ReturnType<typeof renderDelivery>>,
    secrets: string[],
  ): Promise<AttemptOutcome> {
    const { agent, clock } = this.options;
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
    const outcome = await sendHook(agent, { url, headers, body, timeoutMs, instantRetry: delivery.attempt === 1 }, clock);
    return delivery.trigger === 'verify' ? checkEcho(delivery, outcome) : outcome;
  }

  private forgotten(): AttemptOutcome {
    const detail = 'The event is not in the log any more.';
    return { startedAt: this.options.clock.now(), durationMs: 0, error: 'expired', detail, requestHeaders: {} };
  }
}

/** An endpoint that is to prove that it wants to be one has to give the challenge back. */
function checkEcho({ data }: ClaimedDelivery, outcome: AttemptOutcome): AttemptOutcome {
  if (outcome.error !== undefined) return outcome;
  const { challenge } = JSON.parse(data!) as { challenge: string };
  if (outcome.responseBody?.includes(challenge)) return outcome;
  return { ...outcome, error: 'unverified', detail: 'The answer does not contain the challenge that stands in data.challenge.' };
}
