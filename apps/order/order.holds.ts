import { Inject, Injectable } from '@nestjs/common';
import type { HoldPage, HoldQuery, Owner } from '../../contracts/participant/hold.resource.js';
import type { Order } from '../../contracts/order/order.resource.js';
import type { PrismaClient } from '../../generated/order/client.js';
import { DATABASE } from '../../libs/participant/command.executor.js';
import { type HoldQueries, holdRange, type HoldRow, nextPosition } from '../../libs/participant/hold.controller.js';
import { toResource } from './order.repository.js';

/** The orders that wait for an operation of their own, and where orders are. */
@Injectable()
export class OrderHolds implements HoldQueries {
  constructor(@Inject(DATABASE) private readonly database: PrismaClient) {}

  async holds(query: HoldQuery): Promise<HoldPage> {
    const rows = await (query.of ? this.of(query.of) : this.changed(query));
    const orders = new Map((await this.orders(rows.map(({ id }) => id))).map((order) => [order.orderId, order]));
    const items = rows.flatMap(({ id }) => {
      const order = orders.get(id);
      const operationId = order && operationOf(order);
      if (!order || operationId === null || operationId === undefined) return []; // its state has changed since
      const { state, updatedAt: heldSince } = order;
      return [{ kind: 'lock' as const, id, owner: 'order' as const, ownerId: id, state, operationId, heldSince }];
    });
    return { items, next: nextPosition(rows, query) };
  }

  async owners(orderIds: string[]): Promise<Owner[]> {
    const orders = await this.orders(orderIds);
    return orders.map((order) => ({ id: order.orderId, state: order.state, operationId: operationOf(order), parts: [] }));
  }

  private changed(query: HoldQuery): Promise<HoldRow[]> {
    const { from, fromId, until } = holdRange(query);
    return this.database.$queryRaw<HoldRow[]>`
      select order_id as id, to_char(updated_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "changedAt"
      from orders
      where state in ('PENDING', 'REVISION_PENDING', 'CANCEL_PENDING', 'PAYMENT_PENDING')
        and (updated_at, order_id) > (${from}::timestamptz, ${fromId}) and updated_at < ${until}::timestamptz
      order by updated_at, order_id limit ${query.limit}`;
  }

  private of(orderIds: string[]): Promise<HoldRow[]> {
    return this.database.$queryRaw<HoldRow[]>`
      select order_id as id, to_char(updated_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "changedAt"
      from orders
      where order_id = any(${orderIds}::text[]) and state in ('PENDING', 'REVISION_PENDING', 'CANCEL_PENDING', 'PAYMENT_PENDING')`;
  }

  private async orders(orderIds: string[]): Promise<Order[]> {
    const rows = await this.database.order.findMany({ where: { orderId: { in: orderIds }, customerId: { not: null } } });
    return rows.map((row) => toResource(row as Parameters<typeof toResource>[0]));
  }
}

/** The operation that the order waits for, or null. */
const operationOf = ({ state, pending, sagaId }: Order): string | null =>
  pending?.sagaId ?? (state === 'PENDING' ? sagaId : null);
