import { Inject, Injectable } from '@nestjs/common';
import type { Order, OrderListQuery } from '../../../contracts/order/order.resource.js';
import type { Page } from '../../../contracts/values/page.js';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';
import { ParticipantsService } from '../upstreams/participants.service.js';
import { UnrecordedOrders } from './unrecorded-orders.service.js';

/** Orders of the order service, and accepted orders that it does not have yet. */
@Injectable()
export class OrderReader {
  constructor(
    @Inject(ParticipantsService) private readonly participants: ParticipantsService,
    @Inject(UnrecordedOrders) private readonly unrecorded: UnrecordedOrders,
  ) {}

  /**
   * An order is found as soon as it is accepted, even before its saga has reached the order service.
   * @throws ProblemException 404 `ORDER_NOT_FOUND`.
   */
  async order(orderId: string): Promise<Order> {
    try {
      return await this.participants.apis.order.get<Order>(`/orders/${orderId}`);
    } catch (error) {
      if (!(error instanceof ProblemException) || error.problem.code !== 'ORDER_NOT_FOUND') throw error;
      const order = await this.unrecorded.find(orderId);
      if (!order) throw error;
      return order;
    }
  }

  /** Orders that the order service has, newest first. */
  orders(filter: OrderListQuery): Promise<Page<Order>> {
    return this.participants.apis.order.get('/orders', { ...filter });
  }
}
