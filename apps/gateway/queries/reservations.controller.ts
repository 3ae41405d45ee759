import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { reservationParticipants } from '../../../contracts/participant/participants.js';
import { Identifier } from '../../../contracts/values/identifier.js';
import { type Page, pageQuery } from '../../../contracts/values/page.js';
import { Reservation } from '../../../contracts/reservation/reservation.resource.js';
import { reservationStates } from '../../../contracts/reservation/reservation-state.js';
import { ApiPage } from '../http/api-responses.decorator.js';
import { Allow } from '../auth/allow.decorator.js';
import { type ReservationFilter, ReservationReader } from './reservation-reader.service.js';

const ReservationListQuery = z.strictObject({
  participant: z.enum(reservationParticipants).optional(),
  state: z.enum(reservationStates).optional(),
  tripId: Identifier.optional(),
  ...pageQuery,
});

@ApiTags('reservations')
@Allow('operator')
@Controller('v1/reservations')
export class ReservationsController {
  constructor(@Inject(ReservationReader) private readonly reservations: ReservationReader) {}

  @Get()
  @ApiOperation({
    summary: 'List what the participants hold for trips',
    description: 'Ordered by participant, newest first. A reservation also has the fields of its request.',
  })
  @ApiPage(Reservation)
  list(@Query({ schema: ReservationListQuery }) filter: ReservationFilter): Promise<Page<Reservation>> {
    return this.reservations.reservations(filter);
  }
}
