import { z } from 'zod';
import { Money } from './money.js';
import { OrderLine, Rejection } from './order.resource.js';

/** An order was taken and priced; nothing is promised yet. */
const OrderPlacedV1 = z.object({ orderId: z.string(), customerId: z.string(), lines: z.array(OrderLine), total: Money });
/** The order stands: its credit is reserved. */
const OrderApprovedV1 = z.object({ orderId: z.string(), customerId: z.string(), total: Money });
/** The order was refused or taken back. */
const OrderRejectedV1 = z.object({ orderId: z.string(), customerId: z.string().nullable(), rejection: Rejection });

/** The facts that the order service publishes, by type and version. */
export const orderEvents = {
  'order.placed.v1': OrderPlacedV1,
  'order.approved.v1': OrderApprovedV1,
  'order.rejected.v1': OrderRejectedV1,
} as const;

export type OrderEventType = keyof typeof orderEvents;
export type OrderEventData<Type extends OrderEventType> = z.infer<(typeof orderEvents)[Type]>;
