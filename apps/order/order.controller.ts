import { Controller, Get, Param, Query } from '@nestjs/common';
import { z } from 'zod';
import { Identifier } from '../../contracts/values/identifier.js';
import { orderStates } from '../../contracts/order/order-state.js';
import type { Order } from '../../contracts/order/order.resource.js';
import type { OperationRecord } from '../../contracts/participant/operation.resource.js';
import { type Page, pageQuery } from '../../contracts/values/page.js';
import { ProblemException } from '../../libs/service-kit/problem.exception.js';
import { type OrderFilter, OrderQueries } from './order.queries.js';

const OrderListQuery = z.strictObject({ customerId: Identifier.optional(), state: z.enum(orderStates).optional(), ...pageQuery });
const OperationListQuery = z.strictObject({ requestKey: z.string().min(1).max(200) });

@Controller('orders')
export class OrderController {
  constructor(private readonly queries: OrderQueries) {}

  @Get()
  list(@Query({ schema: OrderListQuery }) query: OrderFilter): Promise<Page<Order>> {
    return this.queries.orders(query);
  }

  @Get(':orderId')
  async get(@Param('orderId', { schema: Identifier }) orderId: string): Promise<Order> {
    const order = await this.queries.order(orderId);
    if (!order) throw new ProblemException(404, 'ORDER_NOT_FOUND', `There is no order ${orderId}.`);
    return order;
  }

  /** An unknown order has no operations: the caller asks whether its request has arrived before. */
  @Get(':orderId/operations')
  async operations(
    @Param('orderId', { schema: Identifier }) orderId: string,
    @Query({ schema: OperationListQuery }) { requestKey }: z.infer<typeof OperationListQuery>,
  ): Promise<{ items: OperationRecord[] }> {
    return { items: await this.queries.operations(orderId, requestKey) };
  }
}
