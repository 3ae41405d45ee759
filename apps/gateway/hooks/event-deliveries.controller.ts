import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Delivery } from '../../../contracts/hooks/hook.resource.js';
import { Identifier } from '../../../contracts/values/identifier.js';
import { type Page, pageOf, pageQuery } from '../../../contracts/values/page.js';
import { ApiProblems } from '../http/api-problems.decorator.js';
import { Allow } from '../auth/allow.decorator.js';
import { HooksService } from './hooks.service.js';

const EventDeliveryListQuery = z.strictObject(pageQuery);

/** Who was sent an event: of the hooks, so it takes their scope and not that of events. */
@ApiTags('hooks')
@Allow('hooks')
@Controller('v1/events/:eventId/deliveries')
export class EventDeliveriesController {
  constructor(@Inject(HooksService) private readonly hooks: HooksService) {}

  @Get()
  @ApiOperation({ summary: 'List the deliveries of an event to all hooks, newest first' })
  @ApiOkResponse({ standardSchema: pageOf(Delivery) })
  @ApiProblems({ 404: ['EVENT_NOT_FOUND'], 422: ['VALIDATION_FAILED', 'INVALID_CURSOR'], 503: ['PARTICIPANT_UNAVAILABLE'] })
  list(
    @Param('eventId', { schema: Identifier }) eventId: string,
    @Query({ schema: EventDeliveryListQuery }) page: { limit: number; after?: string },
  ): Promise<Page<Delivery>> {
    return this.hooks.api.get(`/events/${eventId}/deliveries`, { ...page });
  }
}
