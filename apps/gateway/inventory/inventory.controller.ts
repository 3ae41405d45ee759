import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { CalendarDate } from '../../../contracts/values/calendar-date.js';
import { CarOffer, FlightOffer, HotelOffer, TrainOffer } from '../../../contracts/reservation/inventory.resource.js';
import { type Page, pageOf, pageQuery } from '../../../contracts/values/page.js';
import { ApiProblems } from '../http/api-problems.decorator.js';
import { Allow } from '../auth/allow.decorator.js';
import { Inventory, type InventoryQuery } from './inventory.service.js';

const InventoryListQuery = z.strictObject({
  date: CalendarDate.optional().meta({ description: 'The day; default tomorrow (UTC)' }),
  ...pageQuery,
});

const problems = { 422: ['VALIDATION_FAILED', 'INVALID_CURSOR'], 503: ['PARTICIPANT_UNAVAILABLE'] };

@ApiTags('inventory')
@Allow('trips')
@Controller('v1')
export class InventoryController {
  constructor(@Inject(Inventory) private readonly inventory: Inventory) {}

  @Get('hotels')
  @ApiOperation({ summary: 'List hotels with their free rooms for a night' })
  @ApiOkResponse({ standardSchema: pageOf(HotelOffer) })
  @ApiProblems(problems)
  hotels(@Query({ schema: InventoryListQuery }) query: InventoryQuery): Promise<Page<HotelOffer>> {
    return this.inventory.hotels(query);
  }

  @Get('flights')
  @ApiOperation({ summary: 'List flights with their free seats on a day' })
  @ApiOkResponse({ standardSchema: pageOf(FlightOffer) })
  @ApiProblems(problems)
  flights(@Query({ schema: InventoryListQuery }) query: InventoryQuery): Promise<Page<FlightOffer>> {
    return this.inventory.flights(query);
  }

  @Get('cars')
  @ApiOperation({ summary: 'List car classes by location, with the cars free on a day' })
  @ApiOkResponse({ standardSchema: pageOf(CarOffer) })
  @ApiProblems(problems)
  cars(@Query({ schema: InventoryListQuery }) query: InventoryQuery): Promise<Page<CarOffer>> {
    return this.inventory.cars(query);
  }

  @Get('trains')
  @ApiOperation({ summary: 'List trains with their free seats on a day' })
  @ApiOkResponse({ standardSchema: pageOf(TrainOffer) })
  @ApiProblems(problems)
  trains(@Query({ schema: InventoryListQuery }) query: InventoryQuery): Promise<Page<TrainOffer>> {
    return this.inventory.trains(query);
  }
}
