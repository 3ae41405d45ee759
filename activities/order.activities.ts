import type {
  ApproveOrderCommand,
  BeginOrderPaymentAnswer,
  BeginOrderRevisionAnswer,
  BeginOrderRevisionCommand,
  CreateOrderAnswer,
  CreateOrderCommand,
  OrderStateAnswer,
  RejectOrderCommand,
  SagaOnOrderCommand,
  UndoSagaOnOrderAnswer,
  UndoSagaOnOrderCommand,
} from '../contracts/order.commands.js';
import type { Keyed } from './keyed.js';
import type { ParticipantClient } from './participant.client.js';

/** What sagas ask of the order service. */
export const orderActivities = (order: ParticipantClient<'order'>) => ({
  createOrder: (command: Keyed<CreateOrderCommand>) => order.send<CreateOrderAnswer>('createOrder', command),
  approveOrder: (command: Keyed<ApproveOrderCommand>) => order.send<OrderStateAnswer>('approveOrder', command),
  rejectOrder: (command: Keyed<RejectOrderCommand>) => order.send<OrderStateAnswer>('rejectOrder', command),

  beginOrderRevision: (command: Keyed<BeginOrderRevisionCommand>) =>
    order.send<BeginOrderRevisionAnswer>('beginOrderRevision', command),
  undoOrderRevision: (command: Keyed<UndoSagaOnOrderCommand>) => order.send<UndoSagaOnOrderAnswer>('undoOrderRevision', command),
  confirmOrderRevision: (command: Keyed<SagaOnOrderCommand>) => order.send<OrderStateAnswer>('confirmOrderRevision', command),

  beginOrderCancellation: (command: Keyed<SagaOnOrderCommand>) => order.send<OrderStateAnswer>('beginOrderCancellation', command),
  undoOrderCancellation: (command: Keyed<UndoSagaOnOrderCommand>) =>
    order.send<UndoSagaOnOrderAnswer>('undoOrderCancellation', command),
  confirmOrderCancellation: (command: Keyed<SagaOnOrderCommand>) =>
    order.send<OrderStateAnswer>('confirmOrderCancellation', command),

  beginOrderPayment: (command: Keyed<SagaOnOrderCommand>) => order.send<BeginOrderPaymentAnswer>('beginOrderPayment', command),
  undoOrderPayment: (command: Keyed<UndoSagaOnOrderCommand>) => order.send<UndoSagaOnOrderAnswer>('undoOrderPayment', command),
  confirmOrderPayment: (command: Keyed<SagaOnOrderCommand>) => order.send<OrderStateAnswer>('confirmOrderPayment', command),

  shipOrder: (command: Keyed<SagaOnOrderCommand>) => order.send<OrderStateAnswer>('shipOrder', command),
});
