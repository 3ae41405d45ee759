import { cloudEventType } from '../../../../contracts/event/cloud-event.js';
import type { EventCatalogue, EventType, EventVersion } from '../../../../contracts/event-catalogue.js';
import { eventSchema, type JsonSchema } from '../../../../libs/messaging/event/event-schema.js';
import { offeredVersions } from '../../../../libs/messaging/event/event-versions.js';
import type { LoggedEvent } from '../../../../libs/messaging/event/logged-event.js';

/** An available version of an event, for the AsyncAPI document. */
export interface OfferedEvent {
  /** The name of its channel and message: `order.approved.v2`. */
  name: string;
  /** `com.roundtrip.order.approved.v2`. */
  cloudType: string;
  service: string;
  description: string;
  schema: JsonSchema;
  examples: readonly unknown[];
  eventType: EventType;
  version: EventVersion;
}

/** All available versions, in the order of the catalogue. */
export const offeredEvents = (catalogue: EventCatalogue): OfferedEvent[] =>
  [...catalogue.values()].flatMap((eventType) => offeredVersions(eventType).map((version) => offered(eventType, version)));

function offered(eventType: EventType, version: EventVersion): OfferedEvent {
  const { type } = eventType;
  const schema = eventSchema(type, version);
  const { examples = [] } = schema as { examples?: unknown[] };
  return {
    name: `${type}.v${version.version}`,
    cloudType: cloudEventType(type, version.version),
    service: type.slice(0, type.indexOf('.')),
    description: descriptionOf(version),
    schema,
    examples,
    eventType,
    version,
  };
}

function descriptionOf({ schema, deprecation }: EventVersion): string {
  const text = schema.description ?? '';
  return deprecation
    ? `${text}\n\nDeprecated since ${deprecation.from}, may end from ${deprecation.sunset} on. ${deprecation.migration}`
    : text;
}

/** An example of a logged event with this data. */
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
