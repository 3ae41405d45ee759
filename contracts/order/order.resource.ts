import { z } from 'zod';
import { codesInWords, failureCodes } from '../participant/failure-codes.js';
import { CommandLinks } from '../values/command-links.js';
import { Identifier } from '../values/identifier.js';
import { Money } from '../values/money.js';
import { pageQuery } from '../values/page.js';
import { orderCommands, orderStates } from './order-state.js';

const Sku = z.string().regex(/^[A-Z0-9][A-Z0-9-]{0,63}$/i, 'must be 1 to 64 letters, digits or "-"');

/** A line of a request. Prices come from the catalogue, never from the client. */
export const OrderLineRequest = z
  .strictObject({ sku: Sku, quantity: z.int().min(1).max(1_000_000) })
  .meta({ id: 'OrderLineRequest' });
export type OrderLineRequest = z.infer<typeof OrderLineRequest>;

const placingSteps = { order: ['createOrder', 'approveOrder'], customer: ['reserveCredit'] } as const;

/** Why an order was rejected; `code` is stable. */
export const Rejection = z
  .object({
    code: z.string().meta({ description: codesInWords(failureCodes(placingSteps)) }),
    detail: z.string(),
  })
  .meta({ id: 'Rejection' });
export type Rejection = z.infer<typeof Rejection>;

/** The body of `POST /v1/orders`. */
export const PlaceOrder = z
  .strictObject({ customerId: Identifier, lines: z.array(OrderLineRequest).min(1).max(100) })
  .meta({ id: 'PlaceOrder', examples: [{ customerId: 'CUST-ALICE', lines: [{ sku: 'SKU-TOKEN', quantity: 3 }] }] });
export type PlaceOrder = z.infer<typeof PlaceOrder>;

/** The body of `POST /v1/orders/{orderId}/revise`. */
export const ReviseOrder = z
  .strictObject({ lines: PlaceOrder.shape.lines })
  .meta({ id: 'ReviseOrder', examples: [{ lines: [{ sku: 'SKU-TOKEN', quantity: 5 }] }] });
export type ReviseOrder = z.infer<typeof ReviseOrder>;

/** The body of `POST /v1/orders/{orderId}/pay`. */
export const PayOrder = z
  .strictObject({ paymentMethod: Identifier })
  .meta({ id: 'PayOrder', examples: [{ paymentMethod: 'pm_ok' }] });
export type PayOrder = z.infer<typeof PayOrder>;

/** The query of the list of orders. */
export const OrderListQuery = z.strictObject({
  customerId: Identifier.optional(),
  state: z.enum(orderStates).optional(),
  ...pageQuery,
});
export type OrderListQuery = z.infer<typeof OrderListQuery>;

/** A line of an order with the price it was ordered at. */
export const OrderLine = z.object({ sku: z.string(), quantity: z.int(), unitPrice: Money }).meta({ id: 'OrderLine' });
export type OrderLine = z.infer<typeof OrderLine>;

/** Why the latest command of a kind failed. It has not changed the order. `code` is stable. */
export const FailedCommand = z.object({ code: z.string(), detail: z.string(), sagaId: z.string() }).meta({ id: 'FailedCommand' });
export type FailedCommand = z.infer<typeof FailedCommand>;

/** The command that locks an order, with its saga. A revision also has the lines and the total that it will set. */
const PendingCommand = z
  .object({
    command: z.enum(orderCommands),
    sagaId: z.string(),
    lines: z.array(OrderLine).optional(),
    total: Money.optional(),
  })
  .meta({ id: 'PendingCommand' });

/** An order as every reader sees it. A line whose product is unknown has the unit price 0: nothing was sold. */
export const Order = z
  .object({
    orderId: z.string(),
    customerId: z.string(),
    state: z.enum(orderStates),
    lines: z.array(OrderLine),
    total: Money,
    rejection: Rejection.optional(),
    pending: PendingCommand.optional(),
    lastRevision: FailedCommand.optional(),
    lastPayment: FailedCommand.optional(),
    lastCancellation: FailedCommand.optional(),
    commandCount: z
      .int()
      .optional()
      .meta({ description: 'Number of commands on the order so far; absent until the order is recorded' }),
    sagaId: z.string(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Order' });
export type Order = z.infer<typeof Order>;

/** The 202 of a command that started a saga on an order. */
export const OrderAccepted = z
  .object({
    orderId: z.string(),
    state: z.literal('PENDING'),
    sagaId: z.string(),
    links: CommandLinks,
  })
  .meta({ id: 'OrderAccepted' });
export type OrderAccepted = z.infer<typeof OrderAccepted>;

/** The 202 of a command on an order. `state` is the state of the order while the command is pending. */
export const OrderCommandAccepted = OrderAccepted.extend({ state: z.enum(orderStates) }).meta({ id: 'OrderCommandAccepted' });
export type OrderCommandAccepted = z.infer<typeof OrderCommandAccepted>;
