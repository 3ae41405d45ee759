import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { type Order, type OrderListQuery, PlaceOrder, type Rejection } from '../../../contracts/order/order.resource.js';
import type { Product } from '../../../contracts/order/product.resource.js';
import type { Money } from '../../../contracts/values/money.js';
import type { Page } from '../../../contracts/values/page.js';
import { type CreateOrderOutcome, createOrderIds } from '../../../workflows/create-order/create-order.contract.js';
import { recordedOrAccepted, type StartedSaga, StartedSagas } from '../saga-start/started-sagas.service.js';
import { ParticipantsService } from '../upstreams/participants.service.js';

/** The part of the saga's input that an order shows. */
const Requested = z.object(PlaceOrder.shape);

/** More pages than this are not read for a provisional price. A catalogue of 2,000 products fits. */
const MAX_PAGES = 10;

type CreateOrderSaga = StartedSaga<z.infer<typeof Requested>, CreateOrderOutcome>;

/** Orders of the order service, and accepted orders that it does not have yet. */
@Injectable()
export class OrderReader {
  constructor(
    private readonly participants: ParticipantsService,
    private readonly sagas: StartedSagas,
  ) {}

  /**
   * An order is found as soon as it is accepted, even before its saga has reached the order service.
   * @throws ProblemException 404 `ORDER_NOT_FOUND`.
   */
  order(orderId: string): Promise<Order> {
    return recordedOrAccepted(
      'order',
      () => this.participants.apis.order.get<Order>(`/orders/${orderId}`),
      () => this.accepted(orderId),
    );
  }

  /** Orders that the order service has, newest first. */
  orders(query: OrderListQuery): Promise<Page<Order>> {
    return this.participants.apis.order.get('/orders', { ...query });
  }

  /** The order from the input of its saga, at current prices; undefined if no saga was ever started for it. */
  private async accepted(orderId: string): Promise<Order | undefined> {
    const saga: CreateOrderSaga | undefined = await this.sagas.find(createOrderIds.of(orderId), Requested);
    if (!saga) return undefined;

    const { request, sagaId, startedAt, updatedAt } = saga;
    const prices = await this.currentPrices(request.lines.map(({ sku }) => sku));
    const lines = request.lines.map(({ sku, quantity }) => ({
      sku,
      quantity,
      unitPrice: prices.get(sku) ?? { amount: 0, currency: 'EUR' },
    }));
    return {
      orderId,
      customerId: request.customerId,
      ...statusOf(saga),
      lines,
      total: {
        amount: lines.reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice.amount, 0),
        currency: lines[0]?.unitPrice.currency ?? 'EUR',
      },
      sagaId,
      createdAt: startedAt,
      updatedAt,
    };
  }

  /** The current prices of products, by SKU. A product that is not in the catalogue is left out. */
  private async currentPrices(skus: readonly string[]): Promise<Map<string, Money>> {
    const wanted = new Set(skus);
    const prices = new Map<string, Money>();
    let after: string | undefined;
    for (let page = 0; page < MAX_PAGES && prices.size < wanted.size; page++) {
      const { items, next } = await this.participants.apis.order.get<Page<Product>>('/products', { limit: 200, after });
      for (const { sku, price } of items) if (wanted.has(sku)) prices.set(sku, price);
      if (next === null) break;
      after = next;
    }
    return prices;
  }
}

/** The state of the order from its saga. A saga that was ended by force before it recorded the order has had no effect. */
function statusOf({ end }: CreateOrderSaga): { state: Order['state']; rejection?: Rejection } {
  if (!end) return { state: 'PENDING' };
  if (end.outcome?.state === 'APPROVED') return { state: 'APPROVED' };
  const byForce = { code: 'ABORTED', detail: `The saga ended as ${end.status} before the order was recorded.` };
  return { state: 'REJECTED', rejection: end.outcome?.rejection ?? byForce };
}
