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

/** The state that a command left the order in. */
export const OrderStateAnswer = z.object({ orderId: z.string(), state: z.string() });
export type OrderStateAnswer = z.infer<typeof OrderStateAnswer>;
