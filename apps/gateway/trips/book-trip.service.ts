import { Inject, Injectable } from '@nestjs/common';
import type { SagaOutline } from '../../../contracts/saga/saga-outline.js';
import type { Participant } from '../../../contracts/participant/participants.js';
import {
  itemsIn,
  partsIn,
  presentParts,
  type TripPartName,
  tripPartOf,
  tripPartTable,
} from '../../../contracts/trip/trip-part.js';
import type { BookTrip, Trip, TripAccepted } from '../../../contracts/trip/trip.resource.js';
import { bookTripIds, type BookTripRequest, bookTripType } from '../../../workflows/book-trip/book-trip.contract.js';
import { outlineOf } from '../../../workflows/outlines.js';
import { GATEWAY_SETTINGS, type GatewaySettings } from '../config/gateway.settings.js';
import { Links } from '../http/links.js';
import { businessIdOf, newBusinessId } from '../saga-start/request-identity.js';
import type { CommandHeaders } from '../http/command-headers.decorator.js';
import { type SagaInput, SagaStarter } from '../saga-start/saga-starter.service.js';
import { KnownCustomers } from './known-customers.service.js';
import { TripReader } from './trip-reader.service.js';

/** Starts the saga `bookTrip`, once for each idempotency key. */
@Injectable()
export class BookTripService {
  constructor(
    private readonly sagas: SagaStarter,
    private readonly trips: TripReader,
    private readonly customers: KnownCustomers,
    private readonly links: Links,
    @Inject(GATEWAY_SETTINGS) private readonly settings: Pick<GatewaySettings, 'APPROVAL_WITHIN_MS'>,
  ) {}

  /** Returns as soon as the start is durable. @throws ProblemException as `SagaStarter.create`. */
  async book(trip: BookTrip, headers: CommandHeaders): Promise<TripAccepted> {
    const tripId = businessIdOf('POST /v1/trips', headers);
    const { customerId } = trip;
    const request = await this.inputOf(tripId, trip);
    const run = await this.sagas.create(
      {
        type: bookTripType,
        sagaId: bookTripIds.of(tripId),
        aggregateType: 'trip',
        businessId: tripId,
        customerId,
        request,
        participants: [...participantsFor(trip), ...(request.customerVerified ? [] : ['customer' as const])],
        summary: `Trip ${tripId} for customer ${customerId}`,
        details: describeParts(trip),
      },
      trip,
      headers,
    );
    return { tripId, state: 'PENDING', sagaId: run.sagaId, links: this.links.ofCommand(this.links.trip(tripId), run) };
  }

  /** The trip at the end of its saga, or undefined if it does not end within `seconds`. */
  async outcome({ tripId, sagaId }: Pick<TripAccepted, 'tripId' | 'sagaId'>, seconds: number): Promise<Trip | undefined> {
    if (!(await this.sagas.outcome(sagaId, seconds * 1_000))) return undefined;
    // The saga is accepted even if this read fails. Then the answer is the 202.
    const trip = await this.trips.trip(tripId).catch(() => undefined);
    return trip?.state === 'PENDING' || trip?.state === 'AWAITING_APPROVAL' ? undefined : trip;
  }

  /** The outline of the saga that would be started. It has no effect. */
  async outline(trip: BookTrip): Promise<SagaOutline> {
    return outlineOf(bookTripType, await this.inputOf(newBusinessId(), trip));
  }

  private async inputOf(tripId: string, trip: BookTrip): Promise<SagaInput<BookTripRequest>> {
    const { customerId, paymentMethod, approvalRequiredAbove: requiredAbove } = trip;
    return {
      tripId,
      customerId,
      paymentMethod,
      ...partsIn(trip),
      ...((await this.customers.has(customerId)) && { customerVerified: true }),
      ...(requiredAbove && { approval: { requiredAbove, withinMs: this.settings.APPROVAL_WITHIN_MS } }),
    };
  }
}

/** The participants that a saga of a trip with these parts needs. */
export function participantsFor(trip: { [Name in TripPartName]?: unknown }): Participant[] {
  return ['trip', 'payment', ...presentParts(trip).map(([name]) => tripPartTable[name].participant)];
}

/** The parts as a list in Markdown, for the Temporal UI. */
const describeParts = (trip: BookTrip): string =>
  itemsIn(trip)
    .map(([name, item]) => `- ${tripPartOf(name).line(item)}`)
    .join('\n');
