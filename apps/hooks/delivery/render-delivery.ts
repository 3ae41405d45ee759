import { type CloudEvent, cloudEventType } from '../../../contracts/event/cloud-event.js';
import { eventCatalogue } from '../../../contracts/event-catalogue.js';
import { publicUrl } from '../../../libs/config/public-url.js';
import { eventSchemaPath } from '../../../libs/messaging/event/event-schema.js';
import type { LoggedEvent } from '../../../libs/messaging/event/logged-event.js';
import { renderEvent, sequenceOf } from '../../../libs/messaging/event/render-event.js';
import type { ClaimedDelivery } from './claim.js';

/** The event's data does not fit its own version, or a step to the pinned one: no later attempt can succeed. */
export class UnfitEventError extends Error {}

/**
 * Renders the event of a delivery in the version that its subscription is pinned to. Hooks render events only here.
 * @throws UnfitEventError when its data cannot be converted to that version. Another version is never sent instead.
 * @throws Error when this release does not know that version. A later release may.
 */
export function renderDelivery(delivery: ClaimedDelivery, event: LoggedEvent | undefined, now: Date): CloudEvent | undefined {
  if (delivery.data !== null) return unloggedEvent(delivery, delivery.data, now);
  if (!event) return undefined;
  const rendered = renderEvent(event, delivery.typeVersion);
  const pinned = cloudEventType(event.type, delivery.typeVersion);
  if (rendered.type === pinned) return rendered;
  const versions = eventCatalogue.get(event.type)?.versions ?? [];
  const known = [event.typeVersion, delivery.typeVersion].every((version) => versions[version - 1] !== undefined);
  const Failure = known ? UnfitEventError : Error;
  throw new Failure(
    `The event ${event.eventId} cannot be rendered as ${pinned}, to which the hook is pinned, but only as ${rendered.type}; nothing was sent. ` +
      `Name a version that GET /v1/event-types lists (PATCH types), then recover it.`,
  );
}

/** Tests and challenges look like events but are not in the log. */
function unloggedEvent({ eventId, hookId, type, typeVersion }: ClaimedDelivery, data: string, now: Date): CloudEvent {
  return {
    specversion: '1.0',
    id: eventId,
    source: '/services/hooks',
    type: cloudEventType(type, typeVersion),
    subject: hookId,
    time: now.toISOString(),
    recordedtime: now.toISOString(),
    datacontenttype: 'application/json',
    dataschema: publicUrl(eventSchemaPath(type, typeVersion)),
    sequence: sequenceOf(0),
    partitionkey: hookId,
    occurrenceid: eventId,
    aggregateversion: 1,
    data: JSON.parse(data) as unknown,
  };
}
