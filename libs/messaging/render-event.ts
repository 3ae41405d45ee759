import { type CloudEvent, EVENT_TYPE_PREFIX } from '../../contracts/cloud-event.js';
import type { LoggedEvent } from './logged-event.js';

/** How wide a position is written, so that sequences sort as text. */
const SEQUENCE_DIGITS = 20;

export const sequenceOf = (position: number): string => String(position).padStart(SEQUENCE_DIGITS, '0');

/** The event as the world outside reads it, in the version that was written. Ids are stable: the same event has the same id on every door. */
export function renderEvent(event: LoggedEvent): CloudEvent {
  const { eventId, service, type, typeVersion, correlationId, causationId, traceparent, tracestate } = event;
  return {
    specversion: '1.0',
    id: eventId,
    source: `/services/${service}`,
    type: `${EVENT_TYPE_PREFIX}${type}.v${typeVersion}`,
    subject: event.subject,
    time: event.occurredAt.toISOString(),
    recordedtime: event.recordedAt.toISOString(),
    datacontenttype: 'application/json',
    dataschema: `/v1/event-types/${type}/v${typeVersion}`,
    sequence: sequenceOf(event.position),
    partitionkey: event.aggregateId,
    occurrenceid: eventId,
    aggregateversion: event.aggregateVersion,
    ...(correlationId === null ? {} : { correlationid: correlationId }),
    ...(causationId === null ? {} : { causationid: causationId }),
    ...(traceparent === null ? {} : { traceparent }),
    ...(tracestate === null ? {} : { tracestate }),
    data: JSON.parse(event.data) as unknown,
  };
}
