import type { LoggedEvent } from '../../../../libs/messaging/event/logged-event.js';
import type { OfferedEvent } from './offered-event.js';

/** An event with this data as it would stand in the log. */
export function loggedExample({ service, eventType, version }: OfferedEvent, data: unknown): LoggedEvent {
  const aggregateId = Object.values(data as object).find((value): value is string => typeof value === 'string') ?? service;
  return {
    position: 42,
    eventId: '019a0000-0000-7000-8000-000000000042',
    service,
    type: eventType.type,
    typeVersion: version.version,
    aggregateType: service,
    aggregateId,
    aggregateVersion: 2,
    subject: aggregateId,
    occurredAt: new Date('2026-11-21T12:00:00.000Z'),
    recordedAt: new Date('2026-11-21T12:00:00.120Z'),
    correlationId: null,
    causationId: null,
    traceparent: null,
    tracestate: null,
    data: JSON.stringify(data),
  };
}
