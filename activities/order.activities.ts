import type {
  ApproveOrderCommand,
  BeginOrderPaymentAnswer,
  BeginOrderOperationCommand,
  BeginOrderRevisionAnswer,
  BeginOrderRevisionCommand,
  CreateOrderAnswer,
  CreateOrderCommand,
  OrderStateAnswer,
  RejectOrderCommand,
  OrderOperationCommand,
  RevertOrderOperationAnswer,
  RevertOrderOperationCommand,
} from '../contracts/order/order.commands.js';
import type { OrderState } from '../contracts/order/order-state.js';
import type { Order } from '../contracts/order/order.resource.js';
import type { WithIdempotencyKey } from './idempotent-command.js';
import type { ParticipantClient } from './participant.client.js';

/** The fields of an order that a workflow needs. Its history keeps every answer, so there are no others. */
export interface OrderStatus {
  state: OrderState;
  /** How many sagas have begun a command on the order. */
  commandCount: number;
}

/** Commands of sagas to the order service. */
export const orderActivities = (order: ParticipantClient<'order'>) => ({
  createOrder: (command: WithIdempotencyKey<CreateOrderCommand>) => order.send<CreateOrderAnswer>('createOrder', command),
  approveOrder: (command: WithIdempotencyKey<ApproveOrderCommand>) => order.send<OrderStateAnswer>('approveOrder', command),
  rejectOrder: (command: WithIdempotencyKey<RejectOrderCommand>) => order.send<OrderStateAnswer>('rejectOrder', command),

  beginOrderRevision: (command: WithIdempotencyKey<BeginOrderRevisionCommand>) =>
    order.send<BeginOrderRevisionAnswer>('beginOrderRevision', command),
  discardOrderRevision: (command: WithIdempotencyKey<RevertOrderOperationCommand>) =>
    order.send<RevertOrderOperationAnswer>('discardOrderRevision', command),
  confirmOrderRevision: (command: WithIdempotencyKey<OrderOperationCommand>) =>
    order.send<OrderStateAnswer>('confirmOrderRevision', command),

  beginOrderCancellation: (command: WithIdempotencyKey<BeginOrderOperationCommand>) =>
    order.send<OrderStateAnswer>('beginOrderCancellation', command),
  withdrawOrderCancellation: (command: WithIdempotencyKey<RevertOrderOperationCommand>) =>
    order.send<RevertOrderOperationAnswer>('withdrawOrderCancellation', command),
  confirmOrderCancellation: (command: WithIdempotencyKey<OrderOperationCommand>) =>
    order.send<OrderStateAnswer>('confirmOrderCancellation', command),

  beginOrderPayment: (command: WithIdempotencyKey<BeginOrderOperationCommand>) =>
    order.send<BeginOrderPaymentAnswer>('beginOrderPayment', command),
  withdrawOrderPayment: (command: WithIdempotencyKey<RevertOrderOperationCommand>) =>
    order.send<RevertOrderOperationAnswer>('withdrawOrderPayment', command),
  confirmOrderPayment: (command: WithIdempotencyKey<OrderOperationCommand>) =>
    order.send<OrderStateAnswer>('confirmOrderPayment', command),

  readOrder: async ({ orderId }: { orderId: string }): Promise<OrderStatus> => {
    const { state, commandCount = 0 } = await order.read<Order>(`/orders/${encodeURIComponent(orderId)}`);
    return { state, commandCount };
  },

  shipOrder: (command: WithIdempotencyKey<BeginOrderOperationCommand>) => order.send<OrderStateAnswer>('shipOrder', command),
});
