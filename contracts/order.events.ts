import { z } from 'zod';
import { Money } from './money.js';
import { OrderLine, Rejection } from './order.resource.js';

/** An order was taken and priced; nothing is promised yet. */
export const OrderPlacedV1 = z.object({ orderId: z.string(), customerId: z.string(), lines: z.array(OrderLine), total: Money });
/** The order stands: its credit is reserved. */
export const OrderApprovedV1 = z.object({ orderId: z.string(), customerId: z.string(), total: Money });
/** The order was refused or taken back. */
export const OrderRejectedV1 = z.object({ orderId: z.string(), customerId: z.string().nullable(), rejection: Rejection });

/** The facts of the order service, by type and version. */
export const orderEvents = {
  'order.placed': { 1: OrderPlacedV1 },
  'order.approved': { 1: OrderApprovedV1 },
  'order.rejected': { 1: OrderRejectedV1 },
} as const;
