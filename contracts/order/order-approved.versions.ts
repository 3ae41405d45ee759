import { z } from 'zod';
import type { VersionStep } from '../event/event-family.js';
import { Money } from '../values/money.js';
import { OrderLine } from './order.resource.js';

const euros = (amount: number) => ({ amount: amount * 100, currency: 'EUR' });
const order = { orderId: z.string(), customerId: z.string() };

export const OrderApprovedV1 = z.object({ ...order, total: Money }).meta({
  description: 'The order is approved: its credit is reserved.',
  examples: [{ orderId: 'ORDER-1', customerId: 'CUST-ALICE', total: euros(30) }],
});
type OrderApprovedV1 = z.infer<typeof OrderApprovedV1>;

export const OrderApprovedV2 = z
  .object({
    ...order,
    credit: z.object({ reserved: Money }).meta({ description: "What the order has reserved of the customer's credit" }),
    lines: z
      .array(OrderLine)
      .optional()
      .meta({ description: 'The promised lines; absent for orders that were approved before version 2' }),
  })
  .meta({
    description: 'The order is approved: its lines are promised and its credit is reserved.',
    examples: [
      {
        orderId: 'ORDER-1',
        customerId: 'CUST-ALICE',
        credit: { reserved: euros(30) },
        lines: [{ sku: 'SKU-TOKEN', quantity: 30, unitPrice: euros(1) }],
      },
      { orderId: 'ORDER-2', customerId: 'CUST-BOB', credit: { reserved: euros(5) } },
    ],
  });
type OrderApprovedV2 = z.infer<typeof OrderApprovedV2>;

/**
 * Version 1 has only the order's `total`, which readers took for the reserved credit. A reader that wanted the promised lines had to read the
 * order, which may have been revised since. Version 2 has both. What version 1 did not say cannot be made up: `lines` are
 * absent from what was stored in it.
 */
export const orderApprovedV1ToV2: VersionStep<OrderApprovedV1, OrderApprovedV2> = {
  type: 'order.approved',
  from: 1,
  up: ({ orderId, customerId, total }) => ({ orderId, customerId, credit: { reserved: total } }),
  down: ({ orderId, customerId, credit }) => ({ orderId, customerId, total: credit.reserved }),
  lossless: { up: true, down: false },
  deprecation: {
    status: 'deprecated',
    from: '2026-11-21T00:00:00Z',
    sunset: '2027-05-21T00:00:00Z',
    migration:
      'Read `credit.reserved` where you read `total`. `lines` has the promised lines, so you need not read the order; ' +
      'they are absent if the order was approved before version 2.',
  },
};
