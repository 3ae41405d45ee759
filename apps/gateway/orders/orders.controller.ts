import { Body, Controller, Get, Headers, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiCreatedResponse, ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import { IdempotencyKey } from '../../../contracts/idempotency-key.js';
import { Identifier } from '../../../contracts/identifier.js';
import { orderStates } from '../../../contracts/order-state.js';
import { Order, OrderAccepted, PlaceOrder } from '../../../contracts/order.resource.js';
import { type Page, pageOf, pageQuery } from '../../../contracts/page.js';
import { parseHeader } from '../../../libs/service-kit/parse-header.js';
import { ApiProblems, bodyProblems } from '../api-problems.decorator.js';
import { Allow } from '../auth/allow.decorator.js';
import { type Caller, FromCaller } from '../auth/caller.decorator.js';
import { preferredWait } from '../prefer.js';
import { type OrderListFilter, OrderReader } from './order-reader.service.js';
import { PlaceOrderService } from './place-order.service.js';

const OptionalIdempotencyKey = IdempotencyKey.optional();
const OrderListQuery = z.strictObject({ customerId: Identifier.optional(), state: z.enum(orderStates).optional(), ...pageQuery });

@ApiTags('orders')
@Allow('orders')
@Controller('v1/orders')
export class OrdersController {
  constructor(
    @Inject(PlaceOrderService) private readonly placing: PlaceOrderService,
    @Inject(OrderReader) private readonly orders: OrderReader,
  ) {}

  @Post()
  @HttpCode(202)
  @ApiOperation({
    summary: 'Place an order',
    description:
      'Starts the saga `createOrder`: the order is PENDING at once and ends APPROVED or REJECTED. Prices come from the catalogue. ' +
      'With `Prefer: wait=N` the answer is the final order (201) if the saga ends within N seconds.',
  })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description:
      'Whoever repeats the request repeats the key: it is then answered, not placed, again. 1 to 255 visible ASCII characters.',
  })
  @ApiHeader({
    name: 'Prefer',
    required: false,
    description: '`wait=N` (RFC 7240): wait up to N seconds, at most 30, for the outcome.',
    example: 'wait=5',
  })
  @ApiAcceptedResponse({ standardSchema: OrderAccepted, description: 'The order is accepted; `Location` says where it is.' })
  @ApiCreatedResponse({ standardSchema: Order, description: 'The saga has ended within the time of `Prefer: wait=N`.' })
  @ApiProblems({
    ...bodyProblems,
    400: ['MALFORMED_REQUEST', 'INVALID_HEADER'],
    422: ['VALIDATION_FAILED', 'IDEMPOTENCY_KEY_REUSED'],
    503: ['PARTICIPANT_UNAVAILABLE', 'TEMPORAL_UNAVAILABLE'],
  })
  async place(
    @Body({ schema: PlaceOrder }) order: PlaceOrder,
    @Headers('idempotency-key') keyHeader: unknown,
    @Headers('prefer') prefer: string | undefined,
    @FromCaller() caller: Caller,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<OrderAccepted | Order> {
    const idempotencyKey = parseHeader('Idempotency-Key', OptionalIdempotencyKey, keyHeader);
    const wait = preferredWait(prefer);
    const accepted = await this.placing.place({ order, caller, idempotencyKey });
    response.setHeader('Location', accepted.links.self);
    if (wait === 0) return accepted;

    response.setHeader('Preference-Applied', `wait=${wait}`);
    const outcome = await this.placing.outcome(accepted.orderId, wait);
    if (!outcome) return accepted;
    response.statusCode = 201;
    return outcome;
  }

  @Get()
  @ApiOperation({ summary: 'List orders, newest first' })
  @ApiOkResponse({ standardSchema: pageOf(Order) })
  @ApiProblems({ 422: ['VALIDATION_FAILED', 'INVALID_CURSOR'], 503: ['PARTICIPANT_UNAVAILABLE'] })
  list(@Query({ schema: OrderListQuery }) filter: OrderListFilter): Promise<Page<Order>> {
    return this.orders.orders(filter);
  }

  @Get(':orderId')
  @ApiOperation({ summary: 'Read an order', description: 'Found from the moment that it was accepted.' })
  @ApiOkResponse({ standardSchema: Order })
  @ApiProblems({ 404: ['ORDER_NOT_FOUND'], 422: ['VALIDATION_FAILED'], 503: ['PARTICIPANT_UNAVAILABLE', 'TEMPORAL_UNAVAILABLE'] })
  get(@Param('orderId', { schema: Identifier }) orderId: string): Promise<Order> {
    return this.orders.order(orderId);
  }
}
