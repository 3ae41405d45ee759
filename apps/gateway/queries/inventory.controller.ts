import { applyDecorators, Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { type ReservationParticipant, reservationParticipants } from '../../../contracts/participant/participants.js';
import { reservationSchemas } from '../../../contracts/reservation/reservation-schemas.js';
import { type Page, pageQuery } from '../../../contracts/values/page.js';
import { CalendarDate } from '../../../contracts/values/calendar-date.js';
import { ParticipantsService } from '../upstreams/participants.service.js';
import { ApiPage } from '../http/api-responses.decorator.js';
import { Allow } from '../auth/allow.decorator.js';

const InventoryQuery = z.strictObject({
  date: CalendarDate.optional().meta({ description: 'The day; default tomorrow (UTC)' }),
  ...pageQuery,
});
type InventoryQuery = z.infer<typeof InventoryQuery>;

/** The offers of a day: one list for each participant that takes reservations. */
@ApiTags('inventory')
@Allow('trips')
@Controller('v1')
export class InventoryController {
  constructor(readonly participants: ParticipantsService) {}
}

/** Adds the list of a participant's offers to the controller. */
function addList(participant: ReservationParticipant): void {
  const { path, summary, offer } = reservationSchemas[participant].inventory;
  // The name of the method is in the OpenAPI document.
  const lists = {
    [path](this: InventoryController, query: InventoryQuery): Promise<Page<unknown>> {
      return this.participants.apis[participant].get('/inventory', { ...query });
    },
  };
  const list = Object.getOwnPropertyDescriptor(lists, path)!;
  Object.defineProperty(InventoryController.prototype, path, list);
  Query({ schema: InventoryQuery })(InventoryController.prototype, path, 0);
  applyDecorators(
    // What the compiler notes of the parameters of a method that it sees. The OpenAPI document lists them by it.
    Reflect.metadata('design:paramtypes', [Object]),
    Get(path),
    ApiOperation({ summary }),
    ApiPage(offer),
  )(InventoryController.prototype, path, list);
}
reservationParticipants.forEach(addList);
