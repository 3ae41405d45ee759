import { Injectable } from '@nestjs/common';
import type { Order, OrderAccepted, PlaceOrder } from '../../../contracts/order/order.resource.js';
import type { SagaOutline } from '../../../contracts/saga/saga-outline.js';
import {
  type CreateOrderRequest,
  createOrderType,
  createOrderIds,
} from '../../../workflows/create-order/create-order.contract.js';
import { outlineOf } from '../../../workflows/outlines.js';
import { Links } from '../http/links.js';
import { businessIdOf, newBusinessId } from '../saga-start/request-identity.js';
import type { CommandHeaders } from '../http/command-headers.decorator.js';
import { type SagaInput, SagaStarter } from '../saga-start/saga-starter.service.js';
import { OrderReader } from './order-reader.service.js';

/** Starts the saga `createOrder`, once for each idempotency key. */
@Injectable()
export class PlaceOrderService {
  constructor(
    private readonly sagas: SagaStarter,
    private readonly orders: OrderReader,
    private readonly links: Links,
  ) {}

  /** Returns as soon as the start is durable. @throws ProblemException as `SagaStarter.create`. */
  async place(order: PlaceOrder, headers: CommandHeaders): Promise<OrderAccepted> {
    const orderId = businessIdOf('POST /v1/orders', headers);
    const { customerId, lines } = order;
    const request: SagaInput<CreateOrderRequest> = { orderId, customerId, lines };
    const run = await this.sagas.create(
      {
        type: createOrderType,
        sagaId: createOrderIds.of(orderId),
        aggregateType: 'order',
        businessId: orderId,
        customerId,
        request,
        participants: ['order', 'customer'],
        summary: `Order ${orderId} for customer ${customerId}`,
        details: lines.map(({ sku, quantity }) => `- ${quantity} × ${sku}`).join('\n'),
      },
      order,
      headers,
    );
    return { orderId, state: 'PENDING', sagaId: run.sagaId, links: this.links.ofCommand(this.links.order(orderId), run) };
  }

  /** The outline of the saga that would be started. It has no effect. */
  outline({ customerId, lines }: PlaceOrder): SagaOutline {
    return outlineOf(createOrderType, { orderId: newBusinessId(), customerId, lines });
  }

  /** The order at the end of its saga, or undefined if it does not end within `seconds`. */
  async outcome({ orderId, sagaId }: OrderAccepted, seconds: number): Promise<Order | undefined> {
    if (!(await this.sagas.outcome(sagaId, seconds * 1_000))) return undefined;
    // The saga is accepted even if this read fails. Then the answer is the 202.
    const order = await this.orders.order(orderId).catch(() => undefined);
    return order?.state === 'PENDING' ? undefined : order;
  }
}
