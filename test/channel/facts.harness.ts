import { randomUUID } from 'node:crypto';
import type { LoggedEvent } from '../../libs/messaging/event/logged-event.js';

let position = 0;

/** An event as the log would have it; each of an aggregate follows the one before. */
export function fact(aggregateId: string, aggregateVersion: number, more: Partial<LoggedEvent> = {}): LoggedEvent {
  const occurredAt = new Date('2026-11-21T12:00:00.123Z');
  const service = more.type?.split('.')[0] ?? 'order';
  return {
    position: (position += 1),
    eventId: randomUUID(),
    service,
    type: `${service}.happened`,
    typeVersion: 1,
    aggregateType: 'thing',
    aggregateId,
    aggregateVersion,
    subject: aggregateId,
    occurredAt,
    recordedAt: occurredAt,
    correlationId: null,
    causationId: null,
    traceparent: null,
    tracestate: null,
    data: '{}',
    ...more,
  };
}

/** So many events of each aggregate, in order, those of different ones mixed. */
export const facts = (aggregates: readonly string[], each: number, more: Partial<LoggedEvent> = {}): LoggedEvent[] =>
  Array.from({ length: each }, (_, i) => aggregates.map((aggregate) => fact(aggregate, i + 1, more))).flat();

/** Aggregates that no other test has. */
export const aggregates = (count: number): string[] => Array.from({ length: count }, (_, i) => `${i}-${randomUUID()}`);
