import { z } from 'zod';
import { Money } from './money.js';
import { TripFailure, tripParts } from './trip.resource.js';

const trip = { tripId: z.string(), customerId: z.string() };
const sagaId = z.string().meta({ description: 'The saga that cancels the trip' });

/** The facts that the trip service publishes, by type and version. */
export const tripEvents = {
  /** A trip was asked for; nothing is reserved yet. */
  'trip.requested.v1': z.object({ ...trip, ...tripParts }),
  'trip.approval-requested.v1': z.object({ ...trip, total: Money, ...tripParts }),
  /** Half of the time for an approval is over, and nobody has decided. */
  'trip.approval-reminded.v1': z.object({ ...trip, total: Money }),
  'trip.approval-withdrawn.v1': z.object(trip),
  'trip.booked.v1': z.object({ ...trip, total: Money, ...tripParts }),
  /** The trip was refused or taken back. The customer is null where nothing but the id was known of it. */
  'trip.failed.v1': z.object({ ...trip, customerId: trip.customerId.nullable(), failure: TripFailure }),
  'trip.cancellation-begun.v1': z.object({ ...trip, sagaId }),
  /** A cancellation came to nothing; the trip stands as before. */
  'trip.cancellation-undone.v1': z.object({ ...trip, sagaId, reason: z.object({ code: z.string(), detail: z.string() }) }),
  /** The cancellation cannot be undone any more. */
  'trip.cancellation-committed.v1': z.object({ ...trip, sagaId }),
  'trip.cancelled.v1': z.object({ ...trip, total: Money, refund: Money }),
} as const;

export type TripEventType = keyof typeof tripEvents;
export type TripEventData<Type extends TripEventType> = z.infer<(typeof tripEvents)[Type]>;
