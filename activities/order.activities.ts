import type {
  ApproveOrderCommand,
  CreateOrderAnswer,
  CreateOrderCommand,
  OrderStateAnswer,
  RejectOrderCommand,
} from '../contracts/order.commands.js';
import type { Keyed } from './keyed.js';
import type { ParticipantClient } from './participant.client.js';

/** What sagas ask of the order service. */
export const orderActivities = (order: ParticipantClient<'order'>) => ({
  createOrder: (command: Keyed<CreateOrderCommand>) => order.send<CreateOrderAnswer>('createOrder', command),
  approveOrder: (command: Keyed<ApproveOrderCommand>) => order.send<OrderStateAnswer>('approveOrder', command),
  rejectOrder: (command: Keyed<RejectOrderCommand>) => order.send<OrderStateAnswer>('rejectOrder', command),
});
