import { z } from 'zod';
import type { EventFamily } from '../event/event-family.js';
import { Money } from '../values/money.js';
import { OrderApprovedV1, OrderApprovedV2, orderApprovedV1ToV2 } from './order-approved.versions.js';
import { OrderLine, Rejection } from './order.resource.js';

const order = { orderId: z.string(), customerId: z.string() };
const sagaId = z.string().meta({ description: 'The saga that runs the command' });
const Reason = z.object({ code: z.string(), detail: z.string() });
/** A command was begun: the order is locked for its saga. */
const CommandBegunV1 = z.object({ ...order, sagaId, total: Money });
/** A command failed, whether or not it had begun. The order is unchanged. */
const CommandUndoneV1 = z.object({ ...order, sagaId, reason: Reason });

const euros = (amount: number) => ({ amount: amount * 100, currency: 'EUR' });
const sample = { orderId: 'ORDER-1', customerId: 'CUST-ALICE' };
const lines = [{ sku: 'SKU-TOKEN', quantity: 30, unitPrice: euros(1) }];
const total = euros(30);
const byOperator = { code: 'ABORTED', detail: 'An operator aborted the saga.' };

/** The facts that the order service publishes, by type and version. */
export const orderEvents = {
  'order.placed.v1': z.object({ ...order, lines: z.array(OrderLine), total: Money }).meta({
    description: 'An order was received and priced; nothing is promised yet.',
    examples: [{ ...sample, lines, total }],
  }),
  'order.approved.v1': OrderApprovedV1,
  'order.approved.v2': OrderApprovedV2,
  'order.rejected.v1': z
    .object({
      ...order,
      customerId: order.customerId.nullable(),
      rejection: Rejection,
      lines: z
        .array(OrderLine)
        .optional()
        .meta({ description: 'The requested lines of an order that was refused before it was placed' }),
      total: Money.optional(),
    })
    .meta({
      description: 'The order was refused or rolled back. The customer is null if only the id of the order is known.',
      examples: [
        {
          ...sample,
          rejection: { code: 'INSUFFICIENT_CREDIT', detail: 'The order needs 30.00 EUR and 12.00 EUR of the credit are left.' },
        },
        { orderId: 'ORDER-2', customerId: null, rejection: byOperator },
      ],
    }),
  'order.revision-begun.v1': z
    .object({ ...order, sagaId, oldTotal: Money, newTotal: Money, newLines: z.array(OrderLine).optional() })
    .meta({
      description: 'A revision began: the order is locked for its saga, and keeps its old lines until the revision succeeds.',
      examples: [{ ...sample, sagaId: 'revise-order:ORDER-1:1', oldTotal: total, newTotal: euros(50) }],
    }),
  'order.revision-undone.v1': CommandUndoneV1.meta({
    description: 'A revision failed, whether or not it had begun: the order is as before.',
    examples: [{ ...sample, sagaId: 'revise-order:ORDER-1:1', reason: byOperator }],
  }),
  'order.revised.v1': z.object({ ...order, lines: z.array(OrderLine), total: Money }).meta({
    description: 'The order has new lines and a new total.',
    examples: [{ ...sample, lines, total }],
  }),
  'order.cancellation-begun.v1': CommandBegunV1.meta({
    description: 'A cancellation began: the order is locked for its saga.',
    examples: [{ ...sample, sagaId: 'cancel-order:ORDER-1:1', total }],
  }),
  'order.cancellation-undone.v1': CommandUndoneV1.meta({
    description: 'A cancellation failed, whether or not it had begun: the order is as before.',
    examples: [{ ...sample, sagaId: 'cancel-order:ORDER-1:1', reason: byOperator }],
  }),
  'order.cancelled.v1': z.object({ ...order, total: Money }).meta({
    description: 'The order was cancelled; its reserved credit was released.',
    examples: [{ ...sample, total }],
  }),
  'order.payment-begun.v1': CommandBegunV1.meta({
    description: 'A payment began: the order is locked for its saga.',
    examples: [{ ...sample, sagaId: 'pay-order:ORDER-1:1', total }],
  }),
  'order.payment-undone.v1': CommandUndoneV1.meta({
    description: 'A payment failed, whether or not it had begun: the order is as before.',
    examples: [
      { ...sample, sagaId: 'pay-order:ORDER-1:1', reason: { code: 'CARD_DECLINED', detail: 'The bank declined the payment.' } },
    ],
  }),
  'order.paid.v1': z.object({ ...order, total: Money }).meta({
    description: 'The order was paid.',
    examples: [{ ...sample, total }],
  }),
  'order.shipped.v1': z.object({ ...order, lines: z.array(OrderLine), total: Money }).meta({
    description: 'The order was shipped.',
    examples: [{ ...sample, lines, total }],
  }),
} as const;

export type OrderEventType = keyof typeof orderEvents;
export type OrderEventData<Type extends OrderEventType> = z.infer<(typeof orderEvents)[Type]>;

export const orderFamily: EventFamily = { schemas: orderEvents, steps: [orderApprovedV1ToV2] };
