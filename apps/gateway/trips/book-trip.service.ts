import { Inject, Injectable } from '@nestjs/common';
import type { SagaOutline } from '../../../contracts/saga/saga-outline.js';
import { itemsIn, partsIn, tripPartOf } from '../../../contracts/trip/trip-part.js';
import type { BookTrip, Trip, TripAccepted } from '../../../contracts/trip/trip.resource.js';
import { bookTripIds, type BookTripRequest, bookTripType } from '../../../workflows/book-trip/book-trip.contract.js';
import { outlineOf } from '../../../workflows/outlines.js';
import { GATEWAY_SETTINGS, type GatewaySettings } from '../config/gateway.settings.js';
import { Links } from '../http/links.js';
import { businessIdOfKey, newBusinessId, requestIdentity } from '../saga-start/request-identity.js';
import type { CommandHeaders } from '../http/command-headers.decorator.js';
import type { SagaInput } from '../saga-start/saga-start.js';
import { SagaStarter } from '../saga-start/saga-starter.service.js';
import { KnownCustomers } from './known-customers.service.js';
import { participantsFor } from './trip-parts.js';
import { TripReader } from './trip-reader.service.js';

/** Starts the saga `bookTrip`, once for each idempotency key. */
@Injectable()
export class BookTripService {
  constructor(
    @Inject(SagaStarter) private readonly sagas: SagaStarter,
    @Inject(TripReader) private readonly trips: TripReader,
    @Inject(KnownCustomers) private readonly customers: KnownCustomers,
    @Inject(Links) private readonly links: Links,
    @Inject(GATEWAY_SETTINGS) private readonly settings: Pick<GatewaySettings, 'APPROVAL_WITHIN_MS'>,
  ) {}

  /** Returns as soon as the start is durable. @throws ProblemException as `SagaStarter.create`. */
  async book(trip: BookTrip, { caller, idempotencyKey: key }: CommandHeaders): Promise<TripAccepted> {
    const tripId = key === undefined ? newBusinessId() : businessIdOfKey('POST /v1/trips', caller, key);
    const { customerId } = trip;
    const request = await this.inputOf(tripId, trip);
    const { sagaId, runId } = await this.sagas.create(
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
      requestIdentity({ type: bookTripType, businessId: tripId, caller, idempotencyKey: key, content: trip }),
    );
    const links = { self: this.links.trip(tripId), ...this.links.ofRun(sagaId, runId) };
    return { tripId, state: 'PENDING', sagaId, links };
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

/** The parts as a list in Markdown, for the Temporal UI. */
const describeParts = (trip: BookTrip): string =>
  itemsIn(trip)
    .map(([name, item]) => `- ${tripPartOf(name).line(item)}`)
    .join('\n');
