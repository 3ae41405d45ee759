import { cloudEventType } from '../../../../contracts/event/cloud-event.js';
import type { EventCatalogue, EventType, EventVersion } from '../../../../contracts/event-catalogue.js';
import { eventSchema, type JsonSchema } from '../../../../libs/messaging/event/event-schema.js';
import { offeredVersions } from '../../../../libs/messaging/event/event-versions.js';

/** A version of an event that can be had, as the AsyncAPI document speaks of it. */
export interface OfferedEvent {
  /** Of its channel and message: `order.approved.v2`. */
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

/** Everything that can be had, in the catalogue's order. */
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
