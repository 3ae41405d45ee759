import { Body, Controller, Param, Post, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBody, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { ServerResponse } from 'node:http';
import { Identifier } from '../../../contracts/values/identifier.js';
import { Trip, TripDecision } from '../../../contracts/trip/trip.resource.js';
import { ApiProblems, bodyProblems } from '../http/api-responses.decorator.js';
import { Allow } from '../auth/allow.decorator.js';
import { Links } from '../http/links.js';
import { respondToCommand } from '../http/command-response.js';
import { type CommandHeaders, FromHeaders } from '../http/command-headers.decorator.js';
import { Command, commandProblems } from '../http/command.decorator.js';
import { BookTripService } from './book-trip.service.js';
import { TripApproval } from './trip-approval.service.js';

const OptionalDecision = TripDecision.optional();

const accepted = { standardSchema: Trip, description: 'The decision is made. The trip is shown as it was then.' };
const ended = { standardSchema: Trip, description: 'The saga ended within the time of `Prefer: wait=N`.' };
const problems = {
  ...bodyProblems,
  ...commandProblems,
  404: ['TRIP_NOT_FOUND'],
  409: ['TRIP_NOT_AWAITING_APPROVAL', 'UPDATE_REJECTED'],
  503: ['WORKER_UNAVAILABLE', 'PARTICIPANT_UNAVAILABLE', 'TEMPORAL_UNAVAILABLE'],
};

@ApiTags('trips')
@Allow('operator')
@Controller('v1/trips/:tripId')
export class TripApprovalController {
  constructor(
    private readonly approval: TripApproval,
    private readonly booking: BookTripService,
    private readonly links: Links,
  ) {}

  @Post('approve')
  @Command()
  @ApiOperation({ summary: 'Approve a trip', description: 'AWAITING_APPROVAL → BOOKED. The note is kept in the history.' })
  @ApiBody({ required: false })
  @ApiAcceptedResponse(accepted)
  @ApiOkResponse(ended)
  @ApiProblems(problems)
  approve(
    @Param('tripId', { schema: Identifier }) tripId: string,
    @Body({ schema: OptionalDecision }) decision: TripDecision | undefined,
    @FromHeaders() headers: CommandHeaders,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<Trip> {
    return this.decide('approve', tripId, decision, headers, response);
  }

  @Post('decline')
  @Command()
  @ApiOperation({
    summary: 'Decline a trip',
    description:
      'AWAITING_APPROVAL → FAILED with the code `APPROVAL_DECLINED`. Every part is released. The note is kept in the history.',
  })
  @ApiBody({ required: false })
  @ApiAcceptedResponse(accepted)
  @ApiOkResponse(ended)
  @ApiProblems(problems)
  decline(
    @Param('tripId', { schema: Identifier }) tripId: string,
    @Body({ schema: OptionalDecision }) decision: TripDecision | undefined,
    @FromHeaders() headers: CommandHeaders,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<Trip> {
    return this.decide('decline', tripId, decision, headers, response);
  }

  private async decide(
    decision: 'approve' | 'decline',
    tripId: string,
    body: TripDecision | undefined,
    headers: CommandHeaders,
    response: ServerResponse,
  ): Promise<Trip> {
    const trip = await this.approval.decide(decision, tripId, body, headers);
    const outcome = (seconds: number) => this.booking.outcome(trip, seconds);
    return respondToCommand(response, headers.wait, {
      location: this.links.trip(tripId),
      accepted: trip,
      outcome,
      finalStatus: 200,
    });
  }
}
