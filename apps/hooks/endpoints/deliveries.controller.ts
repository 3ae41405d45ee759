import { Body, Controller, Get, Headers, HttpCode, Param, Post, Query } from '@nestjs/common';
import {
  type Delivery,
  type DeliveryDetail,
  DeliveryListQuery,
  RedeliverDeliveries,
  type Redelivered,
} from '../../../contracts/hooks/hook.resource.js';
import { type Page, PageQuery } from '../../../contracts/values/page.js';
import { DeliveriesService } from './deliveries.service.js';
import { idempotentCommand } from './hooks.controller.js';

/** Deliveries by hook and by event. Internal: the gateway has the public routes. */
@Controller()
export class DeliveriesController {
  constructor(private readonly deliveries: DeliveriesService) {}

  @Get('hooks/:hookId/deliveries')
  list(
    @Param('hookId') hookId: string,
    @Query({ schema: DeliveryListQuery }) filter: DeliveryListQuery,
  ): Promise<Page<Delivery>> {
    return this.deliveries.list(hookId, filter);
  }

  @Get('events/:eventId/deliveries')
  ofEvent(@Param('eventId') eventId: string, @Query({ schema: PageQuery }) page: PageQuery): Promise<Page<Delivery>> {
    return this.deliveries.ofEvent(eventId, page);
  }

  @Get('hooks/:hookId/deliveries/:deliveryId')
  get(@Param('hookId') hookId: string, @Param('deliveryId') deliveryId: string): Promise<DeliveryDetail> {
    return this.deliveries.get(hookId, deliveryId);
  }

  @Post('hooks/:hookId/redeliver')
  @HttpCode(202)
  redeliverAll(
    @Param('hookId') hookId: string,
    @Body({ schema: RedeliverDeliveries }) wanted: RedeliverDeliveries,
    @Headers('idempotency-key') key?: string,
  ): Promise<Redelivered> {
    return this.deliveries.redeliverAll(hookId, wanted, idempotentCommand(key, 'redeliver-all', hookId, wanted));
  }

  @Post('hooks/:hookId/deliveries/:deliveryId/redeliver')
  @HttpCode(202)
  redeliver(
    @Param('hookId') hookId: string,
    @Param('deliveryId') deliveryId: string,
    @Headers('idempotency-key') key?: string,
  ): Promise<Delivery> {
    return this.deliveries.redeliver(hookId, deliveryId, idempotentCommand(key, 'redeliver', hookId, deliveryId));
  }
}
