import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { type Order, PlaceOrder, type Rejection } from '../../../contracts/order/order.resource.js';
import { type CreateOrderOutcome, createOrderIds } from '../../../workflows/create-order/create-order.contract.js';
import { Catalogue } from '../queries/catalogue.service.js';
import { type StartedSaga, StartedSagas } from '../saga-start/started-sagas.service.js';

/** The part of the saga's input that an order shows. */
const Requested = z.object(PlaceOrder.shape);

type CreateOrderSaga = StartedSaga<z.infer<typeof Requested>, CreateOrderOutcome>;

/** Accepted orders that the order service does not have yet, from the input of their saga and the current prices. */
@Injectable()
export class UnrecordedOrders {
  constructor(
    @Inject(StartedSagas) private readonly sagas: StartedSagas,
    @Inject(Catalogue) private readonly catalogue: Catalogue,
  ) {}

  /** The order, or undefined if no saga was ever started for it. */
  async find(orderId: string): Promise<Order | undefined> {
    const saga: CreateOrderSaga | undefined = await this.sagas.find(createOrderIds.of(orderId), Requested);
    if (!saga) return undefined;

    const { request, sagaId, startedAt, updatedAt } = saga;
    const prices = await this.catalogue.prices(request.lines.map(({ sku }) => sku));
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
}

/** The state of the order from its saga. A saga that was ended by force before it recorded the order has had no effect. */
function statusOf({ end }: CreateOrderSaga): { state: Order['state']; rejection?: Rejection } {
  if (!end) return { state: 'PENDING' };
  if (end.outcome?.state === 'APPROVED') return { state: 'APPROVED' };
  const byForce = { code: 'ABORTED', detail: `The saga ended as ${end.status} before the order was recorded.` };
  return { state: 'REJECTED', rejection: end.outcome?.rejection ?? byForce };
}
