import { type CloudEvent, cloudEventType } from '../../../contracts/cloud-event.js';
import { publicUrl } from '../../../libs/config/public-url.js';
import { eventSchemaPath } from '../../../libs/messaging/event-schema.js';
import type { LoggedEvent } from '../../../libs/messaging/logged-event.js';
import { renderEvent, sequenceOf } from '../../../libs/messaging/render-event.js';
import type { ClaimedDelivery } from './claim.js';

/** The event that a delivery carries, in the version that its subscription asked for: the one place where hooks render events. */
export function renderDelivery(delivery: ClaimedDelivery, event: LoggedEvent | undefined, now: Date): CloudEvent | undefined {
  if (delivery.data !== null) return ownEvent(delivery, delivery.data, now);
  return event && renderEvent(event, delivery.typeVersion);
}

/** Tests and challenges look like events and stand in no log. */
function ownEvent({ eventId, hookId, type, typeVersion }: ClaimedDelivery, data: string, now: Date): CloudEvent {
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
