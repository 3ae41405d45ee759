import type { OrderFact } from '../../../contracts/order/order-fact.js';
import type { OrderEventData } from '../../../contracts/order/order.events.js';
import { sagaPolicy, type SagaPolicySettings } from '../../../libs/config/saga-policy.js';
import type { Settings } from '../../../libs/config/settings.js';
import type { LoggedEvent } from '../../../libs/messaging/event/logged-event.js';
import {
  expireUnpaidOrderIds,
  type ExpireUnpaidOrderRequest,
  expireUnpaidOrderType,
  noteOrderFactSignal,
} from '../../../workflows/expire-unpaid-order/expire-unpaid-order.contract.js';
import type { BridgedSignal, BridgeRule } from './bridge-rule.js';

export type BridgeSettings = SagaPolicySettings & Pick<Settings, 'UNPAID_ORDER_TERM_MS'>;

/**
 * Maps each event to the workflow that it signals, one line each. No other event reaches a workflow. A process that is switched
 * off has no lines.
 */
export function bridgeTable(settings: BridgeSettings): BridgeRule[] {
  const { UNPAID_ORDER_TERM_MS: termMs } = settings;
  if (termMs === undefined) return [];
  return [
    rule<OrderEventData<'order.approved.v2'>>('order.approved', ({ orderId, customerId }, event) => ({
      ...orderFact('order.approved', orderId, event),
      start: {
        type: expireUnpaidOrderType,
        request: {
          orderId,
          customerId,
          approvedAt: event.occurredAt.toISOString(),
          termMs,
          policy: sagaPolicy(settings),
        } satisfies ExpireUnpaidOrderRequest,
        customerId,
        businessId: orderId,
        summary: `The order ${orderId} is cancelled if it is not paid in time`,
      },
    })),
    rule<OrderEventData<'order.paid.v1'>>('order.paid', ({ orderId }, event) => orderFact('order.paid', orderId, event)),
    rule<OrderEventData<'order.cancelled.v1'>>('order.cancelled', ({ orderId }, event) =>
      orderFact('order.cancelled', orderId, event),
    ),
    rule<OrderEventData<'order.shipped.v1'>>('order.shipped', ({ orderId }, event) => orderFact('order.shipped', orderId, event)),
  ];
}

const rule = <Data>(event: string, toSignal: (data: Data, event: LoggedEvent) => BridgedSignal): BridgeRule => ({
  event,
  toSignal,
});

const orderFact = (type: OrderFact['type'], orderId: string, { eventId }: LoggedEvent): BridgedSignal => ({
  workflowId: expireUnpaidOrderIds.of(orderId),
  signal: noteOrderFactSignal.name,
  argument: { occurrenceId: eventId, type } satisfies OrderFact,
});
