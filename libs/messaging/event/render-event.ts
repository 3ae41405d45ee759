import { Logger } from '@nestjs/common';
import { Counter } from 'prom-client';
import { type CloudEvent, cloudEventType } from '../../../contracts/event/cloud-event.js';
import { type EventCatalogue, eventCatalogue, type EventType } from '../../../contracts/event-catalogue.js';
import { publicUrl } from '../../config/public-url.js';
import { convertEvent } from './convert-event.js';
import { eventSchemaPath, eventTypePath } from './event-schema.js';
import { newestVersion } from './event-versions.js';
import type { LoggedEvent } from './logged-event.js';

/** How wide a position is written, so that sequences sort as text. */
const SEQUENCE_DIGITS = 20;

export const sequenceOf = (position: number): string => String(position).padStart(SEQUENCE_DIGITS, '0');

/**
 * Renders an event for clients, in the requested version, else in the newest. A version after its sunset is still rendered for existing
 * pins; only new pins are refused (`parseVersionPins`). Ids are stable: an event in one version has the same id in every API, and all its
 * versions have the same `occurrenceid`.
 *
 * No event is lost. If the catalogue does not know an event or cannot convert it, the event is rendered as stored. This is counted
 * (`events_rendered_as_stored_total`) and logged once per type.
 */
export function renderEvent(event: LoggedEvent, version?: number, catalogue: EventCatalogue = eventCatalogue): CloudEvent {
  const known = catalogue.get(event.type);
  const rendering = renderData(event, version, known);
  const deprecation = known?.versions[rendering.version - 1]?.deprecation;
  const { data, ...attributes } = envelope(event, rendering);
  return {
    ...attributes,
    ...(deprecation && {
      deprecated: true,
      deprecationfrom: deprecation.from,
      deprecationsunset: deprecation.sunset,
      deprecationmigration: publicUrl(eventTypePath(event.type)),
    }),
    data,
  };
}

/**
 * Renders the event in exactly this version. The result never changes, also if the version is deprecated or reaches its sunset later, or
 * newer ones follow.
 * @returns undefined if the catalogue cannot convert the event to the version. The written version is always available.
 */
export function renderUnchanging(
  event: LoggedEvent,
  version: number,
  catalogue: EventCatalogue = eventCatalogue,
): CloudEvent | undefined {
  const data = JSON.parse(event.data) as unknown;
  if (version === event.typeVersion) return envelope(event, { version, data });
  const known = catalogue.get(event.type);
  if (!known || !known.versions[version - 1] || !known.versions[event.typeVersion - 1]) return undefined;
  try {
    return envelope(event, { version, data: convertEvent(known, data, event.typeVersion, version) });
  } catch {
    return undefined;
  }
}

function envelope(event: LoggedEvent, rendering: Rendering): CloudEvent {
  const { eventId, service, type, correlationId, causationId, traceparent, tracestate } = event;
  return {
    specversion: '1.0',
    id: rendering.version === event.typeVersion ? eventId : `${eventId}-v${rendering.version}`,
    source: `/services/${service}`,
    type: cloudEventType(type, rendering.version),
    subject: event.subject,
    time: event.occurredAt.toISOString(),
    recordedtime: event.recordedAt.toISOString(),
    datacontenttype: 'application/json',
    dataschema: publicUrl(eventSchemaPath(type, rendering.version)),
    sequence: sequenceOf(event.position),
    partitionkey: event.aggregateId,
    occurrenceid: eventId,
    aggregateversion: event.aggregateVersion,
    ...(correlationId === null ? {} : { correlationid: correlationId }),
    ...(causationId === null ? {} : { causationid: causationId }),
    ...(traceparent === null ? {} : { traceparent }),
    ...(tracestate === null ? {} : { tracestate }),
    data: rendering.data,
  };
}

interface Rendering {
  version: number;
  data: unknown;
}

function renderData(event: LoggedEvent, wish: number | undefined, known: EventType | undefined): Rendering {
  const data = JSON.parse(event.data) as unknown;
  const asStored = { version: event.typeVersion, data };
  if (!known) return noteAsStored(event, 'unknown-type', asStored);
  if (!known.versions.some(({ version }) => version === event.typeVersion))
    return noteAsStored(event, 'unknown-version', asStored);
  const version = wish !== undefined && known.versions[wish - 1] ? wish : newestVersion(known);
  try {
    return { version, data: convertEvent(known, data, event.typeVersion, version) };
  } catch (error) {
    return noteAsStored(event, 'unfit-data', asStored, error);
  }
}

const renderedAsStored = new Counter({
  name: 'events_rendered_as_stored_total',
  help: 'Events that could not be rendered in the version that was wanted, by type and reason',
  labelNames: ['type', 'reason'],
});
const log = new Logger('renderEvent');
const logged = new Set<string>();

function noteAsStored(
  { type, typeVersion, eventId }: LoggedEvent,
  reason: 'unknown-type' | 'unknown-version' | 'unfit-data',
  rendering: Rendering,
  error?: unknown,
): Rendering {
  renderedAsStored.inc({ type, reason });
  const once = `${type}.v${typeVersion} ${reason}`;
  if (!logged.has(once)) {
    logged.add(once);
    log.warn(
      `Event ${eventId} is rendered as it is stored (${once}); so are others like it. ${error instanceof Error ? error.message : ''}`,
    );
  }
  return rendering;
}
