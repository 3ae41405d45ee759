import { Controller, Get, Param, Query } from '@nestjs/common';
import { z } from 'zod';
import { Identifier } from '../../contracts/values/identifier.js';
import type { OperationRecord } from '../../contracts/participant/operation.resource.js';
import { type Page, pageQuery } from '../../contracts/values/page.js';
import { tripStates } from '../../contracts/trip/trip-state.js';
import type { Trip } from '../../contracts/trip/trip.resource.js';
import { ProblemException } from '../../libs/service-kit/problem.exception.js';
import { type TripFilter, TripQueries } from './trip.queries.js';

const TripListQuery = z.strictObject({ customerId: Identifier.optional(), state: z.enum(tripStates).optional(), ...pageQuery });
const OperationListQuery = z.strictObject({ requestKey: z.string().min(1).max(200) });

@Controller('trips')
export class TripController {
  constructor(private readonly queries: TripQueries) {}

  @Get()
  list(@Query({ schema: TripListQuery }) query: TripFilter): Promise<Page<Trip>> {
    return this.queries.trips(query);
  }

  @Get(':tripId')
  async get(@Param('tripId', { schema: Identifier }) tripId: string): Promise<Trip> {
    const trip = await this.queries.trip(tripId);
    if (!trip) throw new ProblemException(404, 'TRIP_NOT_FOUND', `There is no trip ${tripId}.`);
    return trip;
  }

  /** An unknown trip has no operations: the caller asks whether its request has arrived before. */
  @Get(':tripId/operations')
  async operations(
    @Param('tripId', { schema: Identifier }) tripId: string,
    @Query({ schema: OperationListQuery }) { requestKey }: z.infer<typeof OperationListQuery>,
  ): Promise<{ items: OperationRecord[] }> {
    return { items: await this.queries.operations(tripId, requestKey) };
  }
}
