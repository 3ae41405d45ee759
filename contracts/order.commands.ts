import { z } from 'zod';
import { Identifier } from './identifier.js';
import { Money } from './money.js';
import { OrderLineRequest, Rejection } from './order.resource.js';

/** Records a PENDING order, priced by the order service. */
export const CreateOrderCommand = z.strictObject({
  orderId: Identifier,
  customerId: Identifier,
  lines: z.array(OrderLineRequest).min(1).max(100),
  sagaId: z.string().min(1).max(200),
});
export type CreateOrderCommand = z.infer<typeof CreateOrderCommand>;
export const CreateOrderAnswer = z.object({ orderId: z.string(), total: Money });
export type CreateOrderAnswer = z.infer<typeof CreateOrderAnswer>;

/** PENDING → APPROVED. */
export const ApproveOrderCommand = z.strictObject({ orderId: Identifier });
export type ApproveOrderCommand = z.infer<typeof ApproveOrderCommand>;

/**
 * PENDING → REJECTED, the compensation of `createOrder`. For an order never seen it leaves a tombstone, so that a late
 * `createOrder` is refused. `order` lets the tombstone be read as a rejected order; without it only the id is remembered.
 */
export const RejectOrderCommand = z.strictObject({
  orderId: Identifier,
  rejection: Rejection,
  order: CreateOrderCommand.omit({ orderId: true }).optional(),
});
export type RejectOrderCommand = z.infer<typeof RejectOrderCommand>;

const sagaId = z.string().min(1).max(200);

/**
 * Locks an APPROVED order for the saga (→ REVISION_PENDING), with new lines at the catalogue's prices of now. Until that saga has undone or
 * confirmed it every other command is refused.
 */
export const BeginOrderRevisionCommand = z.strictObject({
  orderId: Identifier,
  sagaId,
  lines: z.array(OrderLineRequest).min(1).max(100),
});
export type BeginOrderRevisionCommand = z.infer<typeof BeginOrderRevisionCommand>;
export const BeginOrderRevisionAnswer = z.object({ orderId: z.string(), state: z.string(), oldTotal: Money, newTotal: Money });
export type BeginOrderRevisionAnswer = z.infer<typeof BeginOrderRevisionAnswer>;

/**
 * A step of a saga on an order that stands. `begin…` locks an APPROVED order for the saga, `confirm…` ends that with its effect and is refused
 * to a saga that the order is not locked for; `shipOrder` is PAID → SHIPPED at once.
 */
export const SagaOnOrderCommand = z.strictObject({ orderId: Identifier, sagaId });
export type SagaOnOrderCommand = z.infer<typeof SagaOnOrderCommand>;
/** The order as it is locked: who pays what. */
export const BeginOrderPaymentAnswer = z.object({ orderId: z.string(), state: z.string(), customerId: z.string(), total: Money });
export type BeginOrderPaymentAnswer = z.infer<typeof BeginOrderPaymentAnswer>;

/**
 * The compensation of `begin…`: the order is APPROVED and as it was, and says why. Before the begin has arrived it leaves a tombstone for the
 * saga, so that it is refused when it does; a lock of another saga is not touched. Refused once the saga has confirmed.
 */
export const UndoSagaOnOrderCommand = z.strictObject({
  orderId: Identifier,
  sagaId,
  reason: z.strictObject({ code: z.string().min(1).max(100), detail: z.string().max(2_000) }),
});
export type UndoSagaOnOrderCommand = z.infer<typeof UndoSagaOnOrderCommand>;

/** The state that an undo left the order in; null for one that the order service has never seen. */
export const UndoSagaOnOrderAnswer = z.object({ orderId: z.string(), state: z.string().nullable() });
export type UndoSagaOnOrderAnswer = z.infer<typeof UndoSagaOnOrderAnswer>;

/** The state that a command left the order in. */
export const OrderStateAnswer = z.object({ orderId: z.string(), state: z.string() });
export type OrderStateAnswer = z.infer<typeof OrderStateAnswer>;
