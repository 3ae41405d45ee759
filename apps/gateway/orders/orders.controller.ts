import { Body, Controller, Get, Param, Post, Query, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { ServerResponse } from 'node:http';
import { Identifier } from '../../../contracts/values/identifier.js';
import { Order, OrderAccepted, OrderListQuery, PlaceOrder } from '../../../contracts/order/order.resource.js';
import type { Page } from '../../../contracts/values/page.js';
import type { SagaOutline } from '../../../contracts/saga/saga-outline.js';
import { DryRunQuery, SagaOutlineView } from '../../../contracts/saga/saga-outline.resource.js';
import { ApiPage, ApiProblems, bodyProblems } from '../http/api-responses.decorator.js';
import { Allow } from '../auth/allow.decorator.js';
import { respondToCommand } from '../http/command-response.js';
import { type CommandHeaders, FromHeaders } from '../http/command-headers.decorator.js';
import { Command, commandProblems } from '../http/command.decorator.js';
import { OrderReader } from './order-reader.service.js';
import { PlaceOrderService } from './place-order.service.js';

@ApiTags('orders')
@Allow('orders')
@Controller('v1/orders')
export class OrdersController {
  constructor(
    private readonly placing: PlaceOrderService,
    private readonly orders: OrderReader,
  ) {}

  @Post()
  @Command()
  @ApiOperation({
    summary: 'Place an order',
    description:
      'Starts the saga `createOrder`. The order is PENDING at once and ends APPROVED or REJECTED. Prices come from the catalogue. ' +
      'With `Prefer: wait=N` the answer is the final order (201) if the saga ends within N seconds. With `?dryRun=true` nothing is started.',
  })
  @ApiOkResponse({ standardSchema: SagaOutlineView, description: 'The outline of the saga, with `?dryRun=true`.' })
  @ApiAcceptedResponse({ standardSchema: OrderAccepted, description: 'The order is accepted. `Location` is its address.' })
  @ApiCreatedResponse({ standardSchema: Order, description: 'The saga ended within the time of `Prefer: wait=N`.' })
  @ApiProblems({ ...bodyProblems, ...commandProblems })
  async place(
    @Body({ schema: PlaceOrder }) order: PlaceOrder,
    @Query({ schema: DryRunQuery }) { dryRun }: DryRunQuery,
    @FromHeaders() headers: CommandHeaders,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<OrderAccepted | Order | SagaOutline> {
    if (dryRun === 'true') {
      response.statusCode = 200;
      return this.placing.outline(order);
    }
    const accepted = await this.placing.place(order, headers);
    const outcome = (seconds: number) => this.placing.outcome(accepted, seconds);
    return respondToCommand(response, headers.wait, { location: accepted.links.self, accepted, outcome, finalStatus: 201 });
  }

  @Get()
  @ApiOperation({ summary: 'List orders, newest first' })
  @ApiPage(Order)
  list(@Query({ schema: OrderListQuery }) filter: OrderListQuery): Promise<Page<Order>> {
    return this.orders.orders(filter);
  }

  @Get(':orderId')
  @ApiOperation({ summary: 'Read an order', description: 'The order exists from the moment that it was accepted.' })
  @ApiOkResponse({ standardSchema: Order })
  @ApiProblems({ 404: ['ORDER_NOT_FOUND'], 422: ['VALIDATION_FAILED'], 503: ['PARTICIPANT_UNAVAILABLE', 'TEMPORAL_UNAVAILABLE'] })
  get(@Param('orderId', { schema: Identifier }) orderId: string): Promise<Order> {
    return this.orders.order(orderId);
  }
}
