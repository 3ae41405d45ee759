import { z } from 'zod';
import { Identifier } from '../../../contracts/values/identifier.js';
import { orderStates } from '../../../contracts/order/order-state.js';
import { OrderAccepted, PlaceOrder } from '../../../contracts/order/order.resource.js';

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

/** The 202 of a command on an order. `state` is the state of the order while the command is pending. */
export const OrderCommandAccepted = OrderAccepted.extend({ state: z.enum(orderStates) }).meta({ id: 'OrderCommandAccepted' });
export type OrderCommandAccepted = z.infer<typeof OrderCommandAccepted>;
