import { Injectable } from '@nestjs/common';
import {
  ApproveOrderCommand,
  type CreateOrderAnswer,
  CreateOrderCommand,
  type OrderStateAnswer,
  RejectOrderCommand,
} from '../../contracts/order.commands.js';
import type { CommandContext } from '../../libs/participant/command-context.js';
import { command, type CommandHandlers } from '../../libs/participant/command-handler.js';
import { appendEvent } from '../../libs/participant/outbox.js';
import { Refusal } from '../../libs/participant/refusal.js';
import { orderEvent } from './order-event.js';
import { priceLines } from './order-pricing.js';
import { findOrder, insertOrder, type OrderTransaction, pricesOf, transitOrder } from './order.repository.js';
import { initialOrderState } from './order-transitions.js';

/** What sagas may ask of the order service. */
@Injectable()
export class OrderCommands implements CommandHandlers<'order', OrderTransaction> {
  /** Records a PENDING order at the catalogue's prices. An unknown product makes it a REJECTED one, so that it can be looked at. */
  readonly createOrder = command(
    CreateOrderCommand,
    async (tx: OrderTransaction, order, context): Promise<CreateOrderAnswer | Refusal> => {
      const known = await findOrder(tx, order.orderId);
      if (known)
        return new Refusal(
          'ORDER_STATE_CONFLICT',
          `Order ${order.orderId} is ${known.state} already; it cannot be created again.`,
        );
      const { unknown, ...priced } = priceLines(order.lines, await pricesOf(tx, skusOf(order)));
      const rejection = { code: 'UNKNOWN_PRODUCT', detail: `The catalogue has no ${unknown.join(', ')}.` };
      if (unknown.length > 0) {
        const rejected = await insertOrder(tx, { ...order, ...priced, state: 'REJECTED', rejection });
        await appendEvent(tx, orderEvent(rejected, 'order.rejected', { rejection }), context);
        return new Refusal(rejection.code, rejection.detail);
      }
      const placed = await insertOrder(tx, { ...order, ...priced, state: initialOrderState });
      await appendEvent(tx, orderEvent(placed, 'order.placed', priced), context);
      return { orderId: order.orderId, total: priced.total };
    },
  );

  readonly approveOrder = command(
    ApproveOrderCommand,
    async (tx: OrderTransaction, { orderId }, context): Promise<OrderStateAnswer | Refusal> => {
      const { moved, found } = await transitOrder(tx, orderId, 'approve');
      if (moved) {
        await appendEvent(
          tx,
          orderEvent(moved, 'order.approved', { total: { amount: Number(moved.total), currency: moved.currency } }),
          context,
        );
        return { orderId, state: moved.state };
      }
      if (!found) return new Refusal('ORDER_NOT_FOUND', `There is no order ${orderId} to approve.`);
      if (found.state === 'APPROVED') return { orderId, state: found.state };
      return new Refusal('ORDER_STATE_CONFLICT', `Order ${orderId} is ${found.state} and cannot be approved any more.`);
    },
  );

  readonly rejectOrder = command(
    RejectOrderCommand,
    async (tx: OrderTransaction, order, context): Promise<OrderStateAnswer | Refusal> => {
      const { orderId, rejection } = order;
      const { moved, found } = await transitOrder(tx, orderId, 'reject', rejection);
      if (found && found.state !== 'REJECTED') {
        return new Refusal('ORDER_STATE_CONFLICT', `Order ${orderId} is ${found.state} and cannot be rejected any more.`);
      }
      if (moved) await appendEvent(tx, orderEvent(moved, 'order.rejected', { rejection }), context);
      else if (!found) await this.leaveTombstone(tx, order, context);
      return { orderId, state: 'REJECTED' };
    },
  );

  /** Remembers that the order was rejected before it was created: the creation may still be on its way and must be refused. */
  private async leaveTombstone(
    tx: OrderTransaction,
    { orderId, rejection, order }: RejectOrderCommand,
    context: CommandContext,
  ): Promise<void> {
    const particulars = order ?? { customerId: null, lines: [], sagaId: context.correlationId ?? context.key };
    const { lines, total } = priceLines(particulars.lines, await pricesOf(tx, skusOf(particulars)));
    const tombstone = await insertOrder(tx, { orderId, ...particulars, lines, total, state: 'REJECTED', rejection });
    await appendEvent(tx, orderEvent(tombstone, 'order.rejected', { rejection }), context);
  }
}

const skusOf = ({ lines }: { lines: readonly { sku: string }[] }): string[] => lines.map(({ sku }) => sku);
