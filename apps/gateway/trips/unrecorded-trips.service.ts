import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Identifier } from '../../../contracts/values/identifier.js';
import { partsIn } from '../../../contracts/trip/trip-part.js';
import { type Trip, tripRequestParts } from '../../../contracts/trip/trip.resource.js';
import { bookTripIds, type BookTripOutcome } from '../../../workflows/book-trip/book-trip.contract.js';
import { type StartedSaga, StartedSagas } from '../saga-start/started-sagas.service.js';

/** The part of the saga's input that a trip shows. */
const Requested = z.object({ customerId: Identifier, ...tripRequestParts });

type BookTripSaga = StartedSaga<z.infer<typeof Requested>, BookTripOutcome>;

/** Accepted trips that the trip service does not have yet, from the input of their saga. */
@Injectable()
export class UnrecordedTrips {
  constructor(@Inject(StartedSagas) private readonly sagas: StartedSagas) {}

  /** The trip, or undefined if no saga was ever started for it. */
  async find(tripId: string): Promise<Trip | undefined> {
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
