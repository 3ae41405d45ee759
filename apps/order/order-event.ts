import type { OrderEventData, OrderEventType } from '../../contracts/order.events.js';
import type { Order as OrderRow } from '../../generated/order/client.js';
import type { OutboxEvent } from '../../libs/participant/outbox.js';

/** An event type without its version, as the outbox keeps it. */
type Fact = OrderEventType extends `${infer Name}.v1` ? Name : never;

/** The event of a change that has brought the order to the version it is at. */
export function orderEvent<F extends Fact>(
  order: OrderRow,
  type: F,
  data: Omit<OrderEventData<`${F}.v1`>, 'orderId' | 'customerId'>,
): OutboxEvent {
  const { orderId, customerId, version, updatedAt } = order;
  return {
    type,
    typeVersion: 1,
    aggregateType: 'order',
    aggregateId: orderId,
    aggregateVersion: version,
    occurredAt: updatedAt,
    data: { orderId, customerId, ...data },
  };
}
