import { Injectable } from '@nestjs/common';
import {
  ApproveOrderCommand,
  type CreateOrderAnswer,
  CreateOrderCommand,
  type OrderStateAnswer,
  RejectOrderCommand,
} from '../../contracts/order.commands.js';
import type { Order as OrderRow } from '../../generated/order/client.js';
import type { CommandContext } from '../../libs/participant/command-context.js';
import { command, type CommandHandlers } from '../../libs/participant/command-handler.js';
import { appendEvent } from '../../libs/participant/outbox.js';
import { Refusal } from '../../libs/participant/refusal.js';
import { priceLines } from './order-pricing.js';
import { findOrder, insertOrder, type OrderTransaction, pricesOf, transitOrder } from './order.repository.js';
import { initialOrderState } from './order-transitions.js';

/** What sagas may ask of the order service. */
@Injectable()
export class OrderCommands implements CommandHandlers<'order', OrderTransaction> {
  /** Records a PENDING order at the catalogue's prices. An unknown product makes it a REJECTED one, so that it can be looked at. */
  readonly createOrder = command(CreateOrderCommand, async (tx: OrderTransaction, order, context): Promise<CreateOrderAnswer | Refusal> => {
    const known = await findOrder(tx, order.orderId);
    if (known) return new Refusal('ORDER_STATE_CONFLICT', `Order ${order.orderId} is ${known.state} already; it cannot be created again.`);
    const { unknown, ...priced } = priceLines(order.lines, await pricesOf(tx, skusOf(order)));
    const rejection = { code: 'UNKNOWN_PRODUCT', detail: `The catalogue has no ${unknown.join(', ')}.` };
    if (unknown.length > 0) {
      await record(tx, await insertOrder(tx, { ...order, ...priced, state: 'REJECTED', rejection }), 'order.rejected', { rejection }, context);
      return new Refusal(rejection.code, rejection.detail);
    }
    await record(tx, await insertOrder(tx, { ...order, ...priced, state: initialOrderState }), 'order.placed', priced, context);
    return { orderId: order.orderId, total: priced.total };
  });

  readonly approveOrder = command(ApproveOrderCommand, async (tx: OrderTransaction, { orderId }, context): Promise<OrderStateAnswer | Refusal> => {
    const approved = await transitOrder(tx, orderId, 'approve');
    if (approved) {
      await record(tx, approved, 'order.approved', { total: { amount: Number(approved.total), currency: approved.currency } }, context);
      return { orderId, state: approved.state };
    }
    const order = await findOrder(tx, orderId);
    if (!order) return new Refusal('ORDER_NOT_FOUND', `There is no order ${orderId} to approve.`);
    if (order.state === 'APPROVED') return { orderId, state: order.state };
    return new Refusal('ORDER_STATE_CONFLICT', `Order ${orderId} is ${order.state} and cannot be approved any more.`);
  });

  readonly rejectOrder = command(RejectOrderCommand, async (tx: OrderTransaction, { orderId, rejection, order: particulars }, context): Promise<OrderStateAnswer | Refusal> => {
    const rejected = await transitOrder(tx, orderId, 'reject', rejection);
    if (rejected) {
      await record(tx, rejected, 'order.rejected', { rejection }, context);
      return { orderId, state: rejected.state };
    }
    const order = await findOrder(tx, orderId);
    if (order && order.state !== 'REJECTED') return new Refusal('ORDER_STATE_CONFLICT', `Order ${orderId} is ${order.state} and cannot be rejected any more.`);
    if (!order) await this.leaveTombstone(tx, { orderId, rejection, order: particulars }, context);
    return { orderId, state: 'REJECTED' };
  });

  /** Remembers that the order was rejected before it was created: the creation may still be on its way and must be refused. */
  private async leaveTombstone(tx: OrderTransaction, { orderId, rejection, order }: RejectOrderCommand, context: CommandContext): Promise<void> {
    const particulars = order ?? { customerId: null, lines: [], sagaId: context.correlationId ?? context.key };
    const { lines, total } = priceLines(particulars.lines, await pricesOf(tx, skusOf(particulars)));
    const tombstone = await insertOrder(tx, { orderId, ...particulars, lines, total, state: 'REJECTED', rejection });
    await record(tx, tombstone, 'order.rejected', { rejection }, context);
  }
}

const skusOf = ({ lines }: { lines: readonly { sku: string }[] }): string[] => lines.map(({ sku }) => sku);

function record(tx: OrderTransaction, order: OrderRow, type: string, data: object, context: CommandContext): Promise<void> {
  const { orderId, customerId, version, updatedAt } = order;
  return appendEvent(
    tx,
    {
      type,
      typeVersion: 1,
      aggregateType: 'order',
      aggregateId: orderId,
      aggregateVersion: version,
      occurredAt: updatedAt,
      data: { orderId, customerId, ...data },
    },
    context,
  );
}
