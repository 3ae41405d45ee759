import { Controller, Get, Param, Query } from '@nestjs/common';
import { Identifier } from '../../contracts/values/identifier.js';
import { OperationListQuery, type OperationRecord } from '../../contracts/participant/operation.resource.js';
import type { Page } from '../../contracts/values/page.js';
import { type Trip, TripListQuery } from '../../contracts/trip/trip.resource.js';
import { ProblemException } from '../../libs/service-kit/problem.exception.js';
import { TripQueries } from './trip.queries.js';

@Controller('trips')
export class TripController {
  constructor(private readonly queries: TripQueries) {}

  @Get()
  list(@Query({ schema: TripListQuery }) query: TripListQuery): Promise<Page<Trip>> {
    return this.queries.trips(query);
  }

  @Get(':tripId')
  async get(@Param('tripId', { schema: Identifier }) tripId: string): Promise<Trip> {
    const trip = await this.queries.trip(tripId);
    if (!trip) throw new ProblemException(404, 'TRIP_NOT_FOUND', `There is no trip ${tripId}.`);
    return trip;
  }

  /** An unknown trip has no operations, because the caller checks whether its request has arrived before. */
  @Get(':tripId/operations')
  async operations(
    @Param('tripId', { schema: Identifier }) tripId: string,
    @Query({ schema: OperationListQuery }) { requestKey }: OperationListQuery,
  ): Promise<{ items: OperationRecord[] }> {
    return { items: await this.queries.operations(tripId, requestKey) };
  }
}
