import { Injectable } from '@nestjs/common';
import type { Trip, TripAccepted } from '../../../contracts/trip/trip.resource.js';
import { cancelTripIds, type CancelTripRequest, cancelTripType } from '../../../workflows/cancel-trip/cancel-trip.contract.js';
import { Links } from '../http/links.js';
import type { CommandHeaders } from '../http/command-headers.decorator.js';
import { ResourceCommandStarter, type ResourceCommand } from '../saga-start/resource-command-starter.service.js';
import type { SagaInput } from '../saga-start/saga-starter.service.js';
import { participantsFor } from './book-trip.service.js';
import { TripReader } from './trip-reader.service.js';

/** Starts the saga `cancelTrip`. */
@Injectable()
export class CancelTripService {
  constructor(
    private readonly sagas: ResourceCommandStarter,
    private readonly trips: TripReader,
    private readonly links: Links,
  ) {}

  /** @throws ProblemException as `ResourceCommandStarter.start`. */
  async cancel(tripId: string, headers: CommandHeaders): Promise<TripAccepted> {
    const request: SagaInput<CancelTripRequest> = { tripId };
    const command: ResourceCommand<Trip> = {
      aggregateType: 'trip',
      businessId: tripId,
      participle: 'cancelled',
      type: cancelTripType,
      ids: cancelTripIds,
      requiredState: 'BOOKED',
      content: {},
      read: () => this.trips.trip(tripId),
      saga: (trip) => ({ request, participants: participantsFor(trip) }),
    };
    const run = await this.sagas.start(command, headers);
    return { tripId, state: 'CANCELLING', sagaId: run.sagaId, links: this.links.ofCommand(this.links.trip(tripId), run) };
  }

  /**
   * The trip at the end of the cancellation, or undefined if it does not end within `seconds`.
   * @throws ProblemException 409 `TRIP_STATE_CONFLICT` when another cancellation was faster.
   */
  outcome({ tripId, sagaId }: TripAccepted, seconds: number): Promise<Trip | undefined> {
    return this.sagas.outcome({ aggregateType: 'trip', read: () => this.trips.trip(tripId) }, sagaId, seconds);
  }
}
