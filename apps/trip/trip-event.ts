import type { TripEventData, TripEventType } from '../../contracts/trip/trip.events.js';
import type { Trip as TripRow } from '../../generated/trip/client.js';
import type { OutboxEvent } from '../../libs/messaging/outbox/outbox-event.js';

/** An event type without its version, as the outbox keeps it. */
type Fact = TripEventType extends `${infer Name}.v1` ? Name : never;

/** The event of the change that made the current version of the trip. */
export function tripEvent<F extends Fact>(
  trip: TripRow,
  type: F,
  data: Omit<TripEventData<`${F}.v1`>, 'tripId' | 'customerId'>,
): OutboxEvent {
  const { tripId, customerId, version, updatedAt } = trip;
  return {
    type,
    typeVersion: 1,
    aggregateType: 'trip',
    aggregateId: tripId,
    aggregateVersion: version,
    occurredAt: updatedAt,
    data: { tripId, customerId, ...data },
  };
}
