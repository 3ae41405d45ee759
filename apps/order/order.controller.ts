import { Controller, Get, Param, Query } from '@nestjs/common';
import { Identifier } from '../../contracts/values/identifier.js';
import { type Order, OrderListQuery } from '../../contracts/order/order.resource.js';
import { OperationListQuery, type OperationRecord } from '../../contracts/participant/operation.resource.js';
import type { Page } from '../../contracts/values/page.js';
import { ProblemException } from '../../libs/service-kit/problem.exception.js';
import { OrderQueries } from './order.queries.js';

@Controller('orders')
export class OrderController {
  constructor(private readonly queries: OrderQueries) {}

  @Get()
  list(@Query({ schema: OrderListQuery }) query: OrderListQuery): Promise<Page<Order>> {
    return this.queries.orders(query);
  }

  @Get(':orderId')
  async get(@Param('orderId', { schema: Identifier }) orderId: string): Promise<Order> {
    const order = await this.queries.order(orderId);
    if (!order) throw new ProblemException(404, 'ORDER_NOT_FOUND', `There is no order ${orderId}.`);
    return order;
  }

  /** An unknown order has no operations, because the caller checks whether its request has arrived before. */
  @Get(':orderId/operations')
  async operations(
    @Param('orderId', { schema: Identifier }) orderId: string,
    @Query({ schema: OperationListQuery }) { requestKey }: OperationListQuery,
  ): Promise<{ items: OperationRecord[] }> {
    return { items: await this.queries.operations(orderId, requestKey) };
  }
}
