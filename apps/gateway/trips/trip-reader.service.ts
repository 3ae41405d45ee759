import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { partsIn } from '../../../contracts/trip/trip-part.js';
import { type Trip, type TripListQuery, tripRequestParts } from '../../../contracts/trip/trip.resource.js';
import { Identifier } from '../../../contracts/values/identifier.js';
import type { Page } from '../../../contracts/values/page.js';
import { bookTripIds, type BookTripOutcome } from '../../../workflows/book-trip/book-trip.contract.js';
import { recordedOrAccepted, type StartedSaga, StartedSagas } from '../saga-start/started-sagas.service.js';
import { ParticipantsService } from '../upstreams/participants.service.js';
import { ReservedParts } from './reserved-parts.service.js';

/** The part of the saga's input that a trip shows. */
const Requested = z.object({ customerId: Identifier, ...tripRequestParts });

type BookTripSaga = StartedSaga<z.infer<typeof Requested>, BookTripOutcome>;

/** Trips of the trip service, and accepted trips that it does not have yet. */
@Injectable()
export class TripReader {
  constructor(
    private readonly participants: ParticipantsService,
    private readonly sagas: StartedSagas,
    private readonly reserved: ReservedParts,
  ) {}

  /**
   * A trip is found as soon as it is accepted, even before its saga has reached the trip service. It includes the reservations of
   * its participants.
   * @throws ProblemException 404 `TRIP_NOT_FOUND`.
   */
  async trip(tripId: string): Promise<Trip> {
    const trip = await recordedOrAccepted(
      'trip',
      () => this.participants.apis.trip.get<Trip>(`/trips/${tripId}`),
      () => this.accepted(tripId),
    );
    return this.reserved.withReservedParts(trip);
  }

  /** Trips of the trip service, newest first, without the reservations of its participants. */
  trips(query: TripListQuery): Promise<Page<Trip>> {
    return this.participants.apis.trip.get('/trips', { ...query });
  }

  /** The trip from the input of its saga; undefined if no saga was ever started for it. */
  private async accepted(tripId: string): Promise<Trip | undefined> {
    const saga: BookTripSaga | undefined = await this.sagas.find(bookTripIds.of(tripId), Requested);
    if (!saga) return undefined;
    return {
      tripId,
      customerId: saga.request.customerId,
      total: { amount: 0, currency: 'EUR' },
      ...statusOf(saga),
      ...partsIn(saga.request),
      commandCount: 0,
      sagaId: saga.sagaId,
      createdAt: saga.startedAt,
      updatedAt: saga.updatedAt,
    };
  }
}

/** The state of the trip from its saga. A saga that was ended by force before it recorded the trip has booked nothing. */
function statusOf({ end }: BookTripSaga): Pick<Trip, 'state'> & Partial<Pick<Trip, 'total' | 'failure'>> {
  if (!end) return { state: 'PENDING' };
  if (end.outcome?.state === 'BOOKED') return { state: 'BOOKED', total: end.outcome.total };
  const detail = `The saga ended as ${end.status} before the trip was recorded.`;
  return { state: 'FAILED', failure: end.outcome?.failure ?? { part: 'trip', code: 'ABORTED', detail } };
}
