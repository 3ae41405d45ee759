import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { CarOffer, FlightOffer, HotelOffer, TrainOffer } from '../../../contracts/reservation/inventory.resource.js';
import { type Page, pageOf, pageQuery } from '../../../contracts/values/page.js';
import { CalendarDate } from '../../../contracts/values/calendar-date.js';
import { ParticipantsService } from '../upstreams/participants.service.js';
import { ApiProblems } from '../http/api-problems.decorator.js';
import { Allow } from '../auth/allow.decorator.js';

const InventoryQuery = z.strictObject({
  date: CalendarDate.optional().meta({ description: 'The day; default tomorrow (UTC)' }),
  ...pageQuery,
});
type InventoryQuery = z.infer<typeof InventoryQuery>;

const problems = { 422: ['VALIDATION_FAILED', 'INVALID_CURSOR'], 503: ['PARTICIPANT_UNAVAILABLE'] };

/** Hotels, flights, cars and trains with their free capacity on a day, from the participants that sell them. */
@ApiTags('inventory')
@Allow('trips')
@Controller('v1')
export class InventoryController {
  constructor(@Inject(ParticipantsService) private readonly participants: ParticipantsService) {}

  @Get('hotels')
  @ApiOperation({ summary: 'List hotels with their free rooms for a night' })
  @ApiOkResponse({ standardSchema: pageOf(HotelOffer) })
  @ApiProblems(problems)
  hotels(@Query({ schema: InventoryQuery }) query: InventoryQuery): Promise<Page<HotelOffer>> {
    return this.participants.apis.hotel.get('/inventory', { ...query });
  }

  @Get('flights')
  @ApiOperation({ summary: 'List flights with their free seats on a day' })
  @ApiOkResponse({ standardSchema: pageOf(FlightOffer) })
  @ApiProblems(problems)
  flights(@Query({ schema: InventoryQuery }) query: InventoryQuery): Promise<Page<FlightOffer>> {
    return this.participants.apis.flight.get('/inventory', { ...query });
  }

  @Get('cars')
  @ApiOperation({ summary: 'List car classes by location, with the cars free on a day' })
  @ApiOkResponse({ standardSchema: pageOf(CarOffer) })
  @ApiProblems(problems)
  cars(@Query({ schema: InventoryQuery }) query: InventoryQuery): Promise<Page<CarOffer>> {
    return this.participants.apis.car.get('/inventory', { ...query });
  }

  @Get('trains')
  @ApiOperation({ summary: 'List trains with their free seats on a day' })
  @ApiOkResponse({ standardSchema: pageOf(TrainOffer) })
  @ApiProblems(problems)
  trains(@Query({ schema: InventoryQuery }) query: InventoryQuery): Promise<Page<TrainOffer>> {
    return this.participants.apis.rail.get('/inventory', { ...query });
  }
}
