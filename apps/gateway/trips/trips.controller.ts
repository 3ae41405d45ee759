import { Body, Controller, Get, Param, Post, Query, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { ServerResponse } from 'node:http';
import { Identifier } from '../../../contracts/values/identifier.js';
import type { Page } from '../../../contracts/values/page.js';
import type { SagaOutline } from '../../../contracts/saga/saga-outline.js';
import { DryRunQuery, SagaOutlineView } from '../../../contracts/saga/saga-outline.resource.js';
import { BookTrip, Trip, TripAccepted, TripListQuery, tripPartsInWords } from '../../../contracts/trip/trip.resource.js';
import { ApiPage, ApiProblems, bodyProblems } from '../http/api-responses.decorator.js';
import { Allow } from '../auth/allow.decorator.js';
import { respondToCommand } from '../http/command-response.js';
import { type CommandHeaders, FromHeaders } from '../http/command-headers.decorator.js';
import { Command, commandProblems } from '../http/command.decorator.js';
import { BookTripService } from './book-trip.service.js';
import { CancelTripService } from './cancel-trip.service.js';
import { TripReader } from './trip-reader.service.js';

const ended = { standardSchema: Trip, description: 'The saga ended within the time of `Prefer: wait=N`.' };

@ApiTags('trips')
@Allow('trips')
@Controller('v1/trips')
export class TripsController {
  constructor(
    private readonly booking: BookTripService,
    private readonly cancelling: CancelTripService,
    private readonly trips: TripReader,
  ) {}

  @Post()
  @Command()
  @ApiOperation({
    summary: 'Book a trip',
    description:
      `Starts the saga \`bookTrip\` over at least one of ${tripPartsInWords}. ` +
      'The trip is PENDING at once and ends BOOKED or FAILED. ' +
      'A FAILED trip has `failure.part` and `failure.code`, and every part is released. ' +
      'A trip above `approvalRequiredAbove` is AWAITING_APPROVAL in between. ' +
      'With `Prefer: wait=N` the answer is the final trip (201) if the saga ends within N seconds. With `?dryRun=true` nothing is started.',
  })
  @ApiOkResponse({ standardSchema: SagaOutlineView, description: 'The outline of the saga, with `?dryRun=true`.' })
  @ApiAcceptedResponse({ standardSchema: TripAccepted, description: 'The trip is accepted. `Location` is its address.' })
  @ApiCreatedResponse(ended)
  @ApiProblems({ ...bodyProblems, ...commandProblems })
  async book(
    @Body({ schema: BookTrip }) trip: BookTrip,
    @Query({ schema: DryRunQuery }) { dryRun }: DryRunQuery,
    @FromHeaders() headers: CommandHeaders,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<TripAccepted | Trip | SagaOutline> {
    if (dryRun === 'true') {
      response.statusCode = 200;
      return this.booking.outline(trip);
    }
    const accepted = await this.booking.book(trip, headers);
    const outcome = (seconds: number) => this.booking.outcome(accepted, seconds);
    return respondToCommand(response, headers.wait, { location: accepted.links.self, accepted, outcome, finalStatus: 201 });
  }

  @Get()
  @Allow('trips', 'operator')
  @ApiOperation({
    summary: 'List trips, newest first',
    description:
      'The list shows the parts of a PENDING or FAILED trip as they were requested. Reading one trip also shows what was reserved.',
  })
  @ApiPage(Trip)
  list(@Query({ schema: TripListQuery }) filter: TripListQuery): Promise<Page<Trip>> {
    return this.trips.trips(filter);
  }

  @Get(':tripId')
  @Allow('trips', 'operator')
  @ApiOperation({
    summary: 'Read a trip',
    description:
      'The trip exists from the moment that it was accepted. Each part that is or was reserved has its price, reservation and state, ' +
      'also if the trip FAILED. If a participant is unreachable, its part is shown as it was requested.',
  })
  @ApiOkResponse({ standardSchema: Trip })
  @ApiProblems({ 404: ['TRIP_NOT_FOUND'], 422: ['VALIDATION_FAILED'], 503: ['PARTICIPANT_UNAVAILABLE', 'TEMPORAL_UNAVAILABLE'] })
  get(@Param('tripId', { schema: Identifier }) tripId: string): Promise<Trip> {
    return this.trips.trip(tripId);
  }

  @Post(':tripId/cancel')
  @Command()
  @ApiOperation({
    summary: 'Cancel a trip',
    description:
      'Starts the saga `cancelTrip`: BOOKED → CANCELLING → CANCELLED. Every part is released. The refund follows the policy for the days ' +
      'before the start.',
  })
  @ApiAcceptedResponse({
    standardSchema: TripAccepted,
    description: 'The cancellation is accepted and locks the trip. `Location` is the address of the trip.',
  })
  @ApiOkResponse(ended)
  @ApiProblems({ ...commandProblems, 404: ['TRIP_NOT_FOUND'], 409: ['TRIP_STATE_CONFLICT'] })
  async cancel(
    @Param('tripId', { schema: Identifier }) tripId: string,
    @FromHeaders() headers: CommandHeaders,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<TripAccepted | Trip> {
    const accepted = await this.cancelling.cancel(tripId, headers);
    const outcome = (seconds: number) => this.cancelling.outcome(accepted, seconds);
    return respondToCommand(response, headers.wait, { location: accepted.links.self, accepted, outcome, finalStatus: 200 });
  }
}
