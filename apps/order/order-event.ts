import type { OrderEventData, OrderEventType } from '../../contracts/order/order.events.js';
import type { Order as OrderRow } from '../../generated/order/client.js';
import type { OutboxEvent } from '../../libs/messaging/outbox/outbox-event.js';

/** An event type without its version, as the outbox keeps it. */
type FactOf<Type> = Type extends `${infer Name}.v1` ? Name : never;
type Fact = FactOf<OrderEventType>;

/** Events are written in the newest version and rendered in every version. These types have had more than one. */
const newestVersions = { 'order.approved': 2 } as const satisfies Partial<Record<Fact, number>>;
type NewestOf<F extends Fact> = F extends keyof typeof newestVersions ? (typeof newestVersions)[F] : 1;

/** The event of the change that made the current version of the order. */
export function orderEvent<F extends Fact>(
  order: OrderRow,
  type: F,
  data: Omit<OrderEventData<Extract<OrderEventType, `${F}.v${NewestOf<F>}`>>, 'orderId' | 'customerId'>,
): OutboxEvent {
  const { orderId, customerId, version, updatedAt } = order;
  return {
    type,
    typeVersion: (newestVersions as Partial<Record<Fact, number>>)[type] ?? 1,
    aggregateType: 'order',
    aggregateId: orderId,
    aggregateVersion: version,
    occurredAt: updatedAt,
    data: { orderId, customerId, ...data },
  };
}
