import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  Delivery,
  DeliveryDetail,
  DeliveryListQuery,
  RedeliverDeliveries,
  Redelivered,
} from '../../../contracts/hooks/hook.resource.js';
import { Identifier } from '../../../contracts/values/identifier.js';
import { type Page, PageQuery } from '../../../contracts/values/page.js';
import { ApiPage, ApiProblems, bodyProblems } from '../http/api-responses.decorator.js';
import { Allow } from '../auth/allow.decorator.js';
import { IdempotentCommand, idempotentCommandProblems } from '../http/command.decorator.js';
import { type CommandHeaders, FromHeaders } from '../http/command-headers.decorator.js';
import { HooksService } from '../upstreams/hooks.service.js';

@ApiTags('hooks')
@Allow('hooks')
@Controller('v1/hooks/:hookId')
export class HookDeliveriesController {
  constructor(private readonly hooks: HooksService) {}

  @Get('deliveries')
  @ApiOperation({ summary: 'List the deliveries to a hook, newest first' })
  @ApiPage(Delivery, { 404: ['HOOK_NOT_FOUND'] })
  list(
    @Param('hookId', { schema: Identifier }) hookId: string,
    @Query({ schema: DeliveryListQuery }) filter: DeliveryListQuery,
  ): Promise<Page<Delivery>> {
    return this.hooks.api.get(`/hooks/${hookId}/deliveries`, { ...filter });
  }

  @Get('deliveries/:deliveryId')
  @ApiOperation({ summary: 'Read a delivery with its attempts: requests and answers' })
  @ApiOkResponse({ standardSchema: DeliveryDetail })
  @ApiProblems({ 404: ['HOOK_NOT_FOUND', 'DELIVERY_NOT_FOUND'], 422: ['VALIDATION_FAILED'], 503: ['PARTICIPANT_UNAVAILABLE'] })
  get(
    @Param('hookId', { schema: Identifier }) hookId: string,
    @Param('deliveryId', { schema: Identifier }) deliveryId: string,
  ): Promise<DeliveryDetail> {
    return this.hooks.api.get(`/hooks/${hookId}/deliveries/${deliveryId}`);
  }

  @Post('redeliver')
  @IdempotentCommand(202)
  @ApiOperation({
    summary: 'Redeliver all deliveries in a state, such as `exhausted`',
    description:
      'Creates new deliveries of the same events, newest first. They keep no order and delay no other delivery. One call reads 1,000 deliveries: ' +
      'pass `next` as `after` until it is null.',
  })
  @ApiAcceptedResponse({ standardSchema: Redelivered })
  @ApiProblems({
    ...bodyProblems,
    ...idempotentCommandProblems,
    404: ['HOOK_NOT_FOUND'],
    409: ['HOOK_STATE_CONFLICT', 'TOO_MANY_DELIVERIES'],
    422: ['VALIDATION_FAILED', 'INVALID_CURSOR', 'IDEMPOTENCY_KEY_REUSED'],
  })
  redeliverAll(
    @Param('hookId', { schema: Identifier }) hookId: string,
    @Body({ schema: RedeliverDeliveries }) wanted: RedeliverDeliveries,
    @FromHeaders() headers: CommandHeaders,
  ): Promise<Redelivered> {
    return this.hooks.command(`/hooks/${hookId}/redeliver`, wanted, headers);
  }

  @Post('deliveries/:deliveryId/redeliver')
  @IdempotentCommand(202)
  @ApiOperation({
    summary: 'Redeliver an event',
    description:
      'Creates a new delivery of the same event, whatever the outcome of the first. It keeps no order and delays no other delivery.',
  })
  @ApiAcceptedResponse({ standardSchema: Delivery })
  @ApiProblems({
    ...idempotentCommandProblems,
    404: ['HOOK_NOT_FOUND', 'DELIVERY_NOT_FOUND', 'EVENT_NOT_FOUND'],
    409: ['HOOK_STATE_CONFLICT'],
    422: ['VALIDATION_FAILED', 'IDEMPOTENCY_KEY_REUSED'],
  })
  redeliver(
    @Param('hookId', { schema: Identifier }) hookId: string,
    @Param('deliveryId', { schema: Identifier }) deliveryId: string,
    @FromHeaders() headers: CommandHeaders,
  ): Promise<Delivery> {
    return this.hooks.command(`/hooks/${hookId}/deliveries/${deliveryId}/redeliver`, undefined, headers);
  }
}

/** The deliveries of an event. They belong to the hooks, so the scope is `hooks`. */
@ApiTags('hooks')
@Allow('hooks')
@Controller('v1/events/:eventId/deliveries')
export class EventDeliveriesController {
  constructor(private readonly hooks: HooksService) {}

  @Get()
  @ApiOperation({ summary: 'List the deliveries of an event to all hooks, newest first' })
  @ApiPage(Delivery, { 404: ['EVENT_NOT_FOUND'] })
  list(
    @Param('eventId', { schema: Identifier }) eventId: string,
    @Query({ schema: PageQuery }) page: PageQuery,
  ): Promise<Page<Delivery>> {
    return this.hooks.api.get(`/events/${eventId}/deliveries`, { ...page });
  }
}
