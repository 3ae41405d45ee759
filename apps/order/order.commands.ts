import { Injectable } from '@nestjs/common';
import {
  ApproveOrderCommand,
  type BeginOrderPaymentAnswer,
  type BeginOrderRevisionAnswer,
  BeginOrderOperationCommand,
  BeginOrderRevisionCommand,
  type CreateOrderAnswer,
  CreateOrderCommand,
  type OrderStateAnswer,
  RejectOrderCommand,
  OrderOperationCommand,
  type RevertOrderOperationAnswer,
  RevertOrderOperationCommand,
} from '../../contracts/order/order.commands.js';
import type { CommandContext } from '../../libs/participant/command-context.js';
import { command, type CommandHandlers } from '../../libs/participant/command-handler.js';
import { appendEvent } from '../../libs/participant/outbox.js';
import { recordUndoneCreation, recordCreation } from '../../libs/participant/operation.repository.js';
import { Refusal } from '../../libs/participant/refusal.js';
import { orderEvent } from './order-event.js';
import { begin, confirm, checkBegin, refuse, revert, ship } from './order-lock.js';
import { priceLines } from './order-pricing.js';
import {
  findOrder,
  insertOrder,
  linesOf,
  type OrderTransaction,
  pricesOf,
  revisionOf,
  totalOf,
  transitOrder,
} from './order.repository.js';
import { initialOrderState } from './order-transitions.js';

/** The commands of the order service. */
@Injectable()
export class OrderCommands implements CommandHandlers<'order', OrderTransaction> {
  /** Records a PENDING order at the catalogue's prices. An order with an unknown product is stored as REJECTED, so that it can be read. */
  readonly createOrder = command(
    CreateOrderCommand,
    async (tx: OrderTransaction, { request, ...order }, context): Promise<CreateOrderAnswer | Refusal> => {
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
        await recordCreation(tx, order.orderId, order.operationId, 'REFUSED', request);
        await appendEvent(tx, orderEvent(rejected, 'order.rejected', { rejection, ...priced }), context);
        return new Refusal(rejection.code, rejection.detail);
      }
      const placed = await insertOrder(tx, { ...order, ...priced, state: initialOrderState });
      await recordCreation(tx, order.orderId, order.operationId, 'CONFIRMED', request);
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
          orderEvent(moved, 'order.approved', { credit: { reserved: totalOf(moved) }, lines: linesOf(moved) }),
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
      const { moved, found } = await transitOrder(tx, orderId, 'reject', { rejection });
      if (found && found.state !== 'REJECTED') {
        return new Refusal('ORDER_STATE_CONFLICT', `Order ${orderId} is ${found.state} and cannot be rejected any more.`);
      }
      if (moved) {
        await recordUndoneCreation(tx, orderId, moved.operationId);
        await appendEvent(tx, orderEvent(moved, 'order.rejected', { rejection }), context);
      } else if (!found) await this.insertTombstone(tx, order, context);
      return { orderId, state: 'REJECTED' };
    },
    ['rejection'],
  );

  /** Prices the new lines by the current catalogue. An unknown product is refused, and the refusal is published. */
  readonly beginOrderRevision = command(
    BeginOrderRevisionCommand,
    async (tx: OrderTransaction, { lines: requested, ...operation }, context): Promise<BeginOrderRevisionAnswer | Refusal> => {
      const allowed = await checkBegin(tx, 'revise', operation);
      if (allowed instanceof Refusal) return allowed;
      const { orderId } = operation;
      const oldTotal = totalOf(allowed.order);
      if (allowed.repeated) return { orderId, state: allowed.order.state, oldTotal, newTotal: revisionOf(allowed.order)!.total };
      const { unknown, ...revision } = priceLines(requested, await pricesOf(tx, skusOf({ lines: requested })));
      if (unknown.length > 0) {
        const reason = { code: 'UNKNOWN_PRODUCT', detail: `The catalogue has no ${unknown.join(', ')}.` };
        return refuse(tx, 'revise', operation, reason, context);
      }
      const newTotal = revision.total;
      const order = await begin(tx, 'revise', operation, revision);
      await appendEvent(
        tx,
        orderEvent(order, 'order.revision-begun', {
          sagaId: operation.operationId,
          oldTotal,
          newTotal,
          newLines: revision.lines,
        }),
        context,
      );
      return { orderId, state: order.state, oldTotal, newTotal };
    },
  );

  readonly discardOrderRevision = command(
    RevertOrderOperationCommand,
    (tx: OrderTransaction, operation, context): Promise<RevertOrderOperationAnswer | Refusal> =>
      revert(tx, 'revise', operation, context),
    ['reason'],
  );

  readonly confirmOrderRevision = command(
    OrderOperationCommand,
    async (tx: OrderTransaction, operation, context): Promise<OrderStateAnswer | Refusal> => {
      const confirmed = await confirm(tx, 'revise', operation, (order) => revisionOf(order)!);
      if (confirmed instanceof Refusal) return confirmed;
      const { order, repeated } = confirmed;
      if (!repeated) {
        const revised = { lines: linesOf(order), total: totalOf(order) };
        await appendEvent(tx, orderEvent(order, 'order.revised', revised), context);
      }
      return { orderId: operation.orderId, state: order.state };
    },
  );

  readonly beginOrderCancellation = command(
    BeginOrderOperationCommand,
    async (tx: OrderTransaction, operation, context): Promise<OrderStateAnswer | Refusal> => {
      const allowed = await checkBegin(tx, 'cancel', operation);
      if (allowed instanceof Refusal) return allowed;
      const { orderId, operationId } = operation;
      if (allowed.repeated) return { orderId, state: allowed.order.state };
      const order = await begin(tx, 'cancel', operation);
      await appendEvent(
        tx,
        orderEvent(order, 'order.cancellation-begun', { sagaId: operationId, total: totalOf(order) }),
        context,
      );
      return { orderId, state: order.state };
    },
  );

  readonly withdrawOrderCancellation = command(
    RevertOrderOperationCommand,
    (tx: OrderTransaction, operation, context): Promise<RevertOrderOperationAnswer | Refusal> =>
      revert(tx, 'cancel', operation, context),
    ['reason'],
  );

  readonly confirmOrderCancellation = command(
    OrderOperationCommand,
    async (tx: OrderTransaction, operation, context): Promise<OrderStateAnswer | Refusal> => {
      const confirmed = await confirm(tx, 'cancel', operation);
      if (confirmed instanceof Refusal) return confirmed;
      const { order, repeated } = confirmed;
      if (!repeated) await appendEvent(tx, orderEvent(order, 'order.cancelled', { total: totalOf(order) }), context);
      return { orderId: operation.orderId, state: order.state };
    },
  );

  readonly beginOrderPayment = command(
    BeginOrderOperationCommand,
    async (tx: OrderTransaction, operation, context): Promise<BeginOrderPaymentAnswer | Refusal> => {
      const allowed = await checkBegin(tx, 'pay', operation);
      if (allowed instanceof Refusal) return allowed;
      const { orderId, customerId } = allowed.order;
      const total = totalOf(allowed.order);
      if (allowed.repeated) return { orderId, state: allowed.order.state, customerId, total };
      const order = await begin(tx, 'pay', operation);
      await appendEvent(tx, orderEvent(order, 'order.payment-begun', { sagaId: operation.operationId, total }), context);
      return { orderId, state: order.state, customerId, total };
    },
  );

  readonly withdrawOrderPayment = command(
    RevertOrderOperationCommand,
    (tx: OrderTransaction, operation, context): Promise<RevertOrderOperationAnswer | Refusal> =>
      revert(tx, 'pay', operation, context),
    ['reason'],
  );

  readonly confirmOrderPayment = command(
    OrderOperationCommand,
    async (tx: OrderTransaction, operation, context): Promise<OrderStateAnswer | Refusal> => {
      const confirmed = await confirm(tx, 'pay', operation);
      if (confirmed instanceof Refusal) return confirmed;
      const { order, repeated } = confirmed;
      if (!repeated) await appendEvent(tx, orderEvent(order, 'order.paid', { total: totalOf(order) }), context);
      return { orderId: operation.orderId, state: order.state };
    },
  );

  readonly shipOrder = command(
    BeginOrderOperationCommand,
    async (tx: OrderTransaction, operation, context): Promise<OrderStateAnswer | Refusal> => {
      const allowed = await checkBegin(tx, 'ship', operation);
      if (allowed instanceof Refusal) return allowed;
      if (allowed.repeated) return { orderId: operation.orderId, state: allowed.order.state };
      const order = await ship(tx, operation);
      await appendEvent(tx, orderEvent(order, 'order.shipped', { lines: linesOf(order), total: totalOf(order) }), context);
      return { orderId: operation.orderId, state: order.state };
    },
  );

  /** Stores a tombstone for an order that was rejected before it was created: a late creation must be refused. */
  private async insertTombstone(
    tx: OrderTransaction,
    { orderId, rejection, order }: RejectOrderCommand,
    context: CommandContext,
  ): Promise<void> {
    const { request, ...particulars } = order ?? { ...unknownParticulars, operationId: context.correlationId ?? context.key };
    const { lines, total } = priceLines(particulars.lines, await pricesOf(tx, skusOf(particulars)));
    const tombstone = await insertOrder(tx, { orderId, ...particulars, lines, total, state: 'REJECTED', rejection });
    await recordCreation(tx, orderId, tombstone.operationId, 'UNDONE', request);
    await appendEvent(tx, orderEvent(tombstone, 'order.rejected', { rejection, ...(order && { lines, total }) }), context);
  }
}

/** The fields of a tombstone: only the id of the order is known. */
const unknownParticulars = { customerId: null, lines: [], request: undefined };

const skusOf = ({ lines }: { lines: readonly { sku: string }[] }): string[] => lines.map(({ sku }) => sku);
