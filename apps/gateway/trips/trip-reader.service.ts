import { Inject, Injectable } from '@nestjs/common';
import type { Page } from '../../../contracts/values/page.js';
import type { Trip, TripListQuery } from '../../../contracts/trip/trip.resource.js';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';
import { ParticipantsService } from '../upstreams/participants.service.js';
import { ReservedParts } from './reserved-parts.service.js';
import { UnrecordedTrips } from './unrecorded-trips.service.js';

/** Trips of the trip service, and accepted trips that it does not have yet. */
@Injectable()
export class TripReader {
  constructor(
    @Inject(ParticipantsService) private readonly participants: ParticipantsService,
    @Inject(UnrecordedTrips) private readonly unrecorded: UnrecordedTrips,
    @Inject(ReservedParts) private readonly reserved: ReservedParts,
  ) {}

  /**
   * A trip is found as soon as it is accepted, even before its saga has reached the trip service. It includes the reservations of
   * its participants.
   * @throws ProblemException 404 `TRIP_NOT_FOUND`.
   */
  async trip(tripId: string): Promise<Trip> {
    return this.reserved.withReservedParts(await this.accepted(tripId));
  }

  private async accepted(tripId: string): Promise<Trip> {
    try {
      return await this.participants.apis.trip.get<Trip>(`/trips/${tripId}`);
    } catch (error) {
      if (!(error instanceof ProblemException) || error.problem.code !== 'TRIP_NOT_FOUND') throw error;
      const trip = await this.unrecorded.find(tripId);
      if (!trip) throw error;
      return trip;
    }
  }

  /** Trips of the trip service, newest first, without the reservations of its participants. */
  trips(filter: TripListQuery): Promise<Page<Trip>> {
    return this.participants.apis.trip.get('/trips', { ...filter });
  }
}
