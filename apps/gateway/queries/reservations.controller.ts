import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { reservationParticipants } from '../../../contracts/participant/participants.js';
import { Identifier } from '../../../contracts/values/identifier.js';
import { type Page, pageQuery } from '../../../contracts/values/page.js';
import { Reservation } from '../../../contracts/reservation/reservation.resource.js';
import { reservationStates } from '../../../contracts/reservation/reservation-state.js';
import { ApiPage } from '../http/api-responses.decorator.js';
import { Allow } from '../auth/allow.decorator.js';
import { pageAcross } from '../upstreams/page-across.js';
import { ParticipantsService } from '../upstreams/participants.service.js';

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
  constructor(private readonly participants: ParticipantsService) {}

  @Get()
  @ApiOperation({
    summary: 'List what the participants hold for trips',
    description: 'Ordered by participant, newest first. A reservation also has the fields of its request.',
  })
  @ApiPage(Reservation)
  list(
    @Query({ schema: ReservationListQuery }) { participant, limit, after, ...filter }: z.infer<typeof ReservationListQuery>,
  ): Promise<Page<Reservation>> {
    const selected = participant === undefined ? reservationParticipants : [participant];
    return pageAcross(selected, { limit, after }, (name, page) =>
      this.participants.apis[name].get('/reservations', { ...filter, ...page }),
    );
  }
}
