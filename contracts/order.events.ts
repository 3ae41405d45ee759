import { z } from 'zod';
import { Money } from './money.js';
import { OrderLine, Rejection } from './order.resource.js';

/** An order was taken and priced; nothing is promised yet. */
const OrderPlacedV1 = z.object({ orderId: z.string(), customerId: z.string(), lines: z.array(OrderLine), total: Money });
/** The order stands: its credit is reserved. */
const OrderApprovedV1 = z.object({ orderId: z.string(), customerId: z.string(), total: Money });
/** The order was refused or taken back. */
const OrderRejectedV1 = z.object({ orderId: z.string(), customerId: z.string().nullable(), rejection: Rejection });

const order = { orderId: z.string(), customerId: z.string() };
const sagaId = z.string().meta({ description: 'The saga that runs the command' });
/** A command was begun: the order is locked for its saga. */
const CommandBegunV1 = z.object({ ...order, sagaId, total: Money });
/** A command came to nothing, whether or not it had begun: the order stands as before. */
const CommandUndoneV1 = z.object({ ...order, sagaId, reason: z.object({ code: z.string(), detail: z.string() }) });

/** The facts that the order service publishes, by type and version. */
export const orderEvents = {
  'order.placed.v1': OrderPlacedV1,
  'order.approved.v1': OrderApprovedV1,
  'order.rejected.v1': OrderRejectedV1,
  'order.revision-begun.v1': z.object({ ...order, sagaId, oldTotal: Money, newTotal: Money }),
  'order.revision-undone.v1': CommandUndoneV1,
  'order.revised.v1': z.object({ ...order, lines: z.array(OrderLine), total: Money }),
  'order.cancellation-begun.v1': CommandBegunV1,
  'order.cancellation-undone.v1': CommandUndoneV1,
  'order.cancelled.v1': z.object({ ...order, total: Money }),
  'order.payment-begun.v1': CommandBegunV1,
  'order.payment-undone.v1': CommandUndoneV1,
  'order.paid.v1': z.object({ ...order, total: Money }),
  'order.shipped.v1': z.object({ ...order, lines: z.array(OrderLine), total: Money }),
} as const;

export type OrderEventType = keyof typeof orderEvents;
export type OrderEventData<Type extends OrderEventType> = z.infer<(typeof orderEvents)[Type]>;
