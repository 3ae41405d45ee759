import { Controller, Get, Query } from '@nestjs/common';
import { z } from 'zod';
import { CalendarDate } from '../../contracts/values/calendar-date.js';
import { Identifier } from '../../contracts/values/identifier.js';
import { type Page, pageQuery } from '../../contracts/values/page.js';
import type { Reservation } from '../../contracts/reservation/reservation.resource.js';
import { reservationStates } from '../../contracts/reservation/reservation-state.js';
import { type InventoryItem, ReservationQueries } from './reservation.queries.js';

const ReservationListQuery = z.strictObject({
  state: z.enum(reservationStates).optional(),
  tripId: Identifier.optional(),
  ...pageQuery,
});
const InventoryQuery = z.strictObject({ date: CalendarDate.optional(), ...pageQuery });

/** `GET /reservations` for operators, and `GET /inventory` for customers. */
@Controller()
export class ReservationController {
  constructor(private readonly queries: ReservationQueries) {}

  @Get('reservations')
  list(@Query({ schema: ReservationListQuery }) query: z.infer<typeof ReservationListQuery>): Promise<Page<Reservation>> {
    return this.queries.list(query);
  }

  @Get('inventory')
  inventory(@Query({ schema: InventoryQuery }) query: z.infer<typeof InventoryQuery>): Promise<Page<InventoryItem>> {
    return this.queries.inventory(query);
  }
}
