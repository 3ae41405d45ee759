import { z } from 'zod';
import { Identifier } from '../values/identifier.js';
import { Money } from '../values/money.js';
import { requestMemory } from '../participant/operation.resource.js';
import { OrderLineRequest, Rejection } from './order.resource.js';

/** Records a PENDING order, priced by the order service. */
export const CreateOrderCommand = z.strictObject({
  orderId: Identifier,
  customerId: Identifier,
  lines: z.array(OrderLineRequest).min(1).max(100),
  operationId: z.string().min(1).max(200),
  ...requestMemory,
});
export type CreateOrderCommand = z.infer<typeof CreateOrderCommand>;
export const CreateOrderAnswer = z.object({ orderId: z.string(), total: Money });
export type CreateOrderAnswer = z.infer<typeof CreateOrderAnswer>;

/** PENDING → APPROVED. */
export const ApproveOrderCommand = z.strictObject({ orderId: Identifier });
export type ApproveOrderCommand = z.infer<typeof ApproveOrderCommand>;

/**
 * PENDING → REJECTED, the compensation of `createOrder`. An unknown order gets a tombstone, so that a late `createOrder` is refused. With
 * `order` the tombstone can be read as a rejected order.
 */
export const RejectOrderCommand = z.strictObject({
  orderId: Identifier,
  rejection: Rejection,
  order: CreateOrderCommand.omit({ orderId: true }).optional(),
});
export type RejectOrderCommand = z.infer<typeof RejectOrderCommand>;

const operationId = z.string().min(1).max(200);

/**
 * Locks an APPROVED order for the operation (→ REVISION_PENDING), with new lines at the catalogue's current prices. Every other command is
 * refused until the operation is discarded or confirmed.
 */
export const BeginOrderRevisionCommand = z.strictObject({
  orderId: Identifier,
  operationId,
  lines: z.array(OrderLineRequest).min(1).max(100),
  ...requestMemory,
});
export type BeginOrderRevisionCommand = z.infer<typeof BeginOrderRevisionCommand>;
export const BeginOrderRevisionAnswer = z.object({ orderId: z.string(), state: z.string(), oldTotal: Money, newTotal: Money });
export type BeginOrderRevisionAnswer = z.infer<typeof BeginOrderRevisionAnswer>;

/** `begin…` locks an APPROVED order for the operation; `shipOrder` is PAID → SHIPPED at once. */
export const BeginOrderOperationCommand = z.strictObject({ orderId: Identifier, operationId, ...requestMemory });
export type BeginOrderOperationCommand = z.infer<typeof BeginOrderOperationCommand>;

/** `confirm…` ends the operation with its effect. Refused for an operation that has not locked the order. */
export const OrderOperationCommand = z.strictObject({ orderId: Identifier, operationId });
export type OrderOperationCommand = z.infer<typeof OrderOperationCommand>;
/** The locked order: the customer and the amount to pay. */
export const BeginOrderPaymentAnswer = z.object({ orderId: z.string(), state: z.string(), customerId: z.string(), total: Money });
export type BeginOrderPaymentAnswer = z.infer<typeof BeginOrderPaymentAnswer>;

/**
 * The compensation of `begin…`: the order is APPROVED and unchanged, and keeps the reason. Before the begin has arrived it leaves a tombstone
 * for the operation, so that the begin is refused when it arrives. It does not touch the lock of another operation. Refused once the operation is
 * confirmed.
 */
export const RevertOrderOperationCommand = z.strictObject({
  orderId: Identifier,
  operationId,
  reason: z.strictObject({ code: z.string().min(1).max(100), detail: z.string().max(2_000) }),
  ...requestMemory,
});
export type RevertOrderOperationCommand = z.infer<typeof RevertOrderOperationCommand>;

/** The state of the order after the compensation; null for an order that the order service does not know. */
export const RevertOrderOperationAnswer = z.object({ orderId: z.string(), state: z.string().nullable() });
export type RevertOrderOperationAnswer = z.infer<typeof RevertOrderOperationAnswer>;

/** The state of the order after a command. */
export const OrderStateAnswer = z.object({ orderId: z.string(), state: z.string() });
export type OrderStateAnswer = z.infer<typeof OrderStateAnswer>;
