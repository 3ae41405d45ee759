import { Inject, Injectable } from '@nestjs/common';
import { sqltag as sql } from '@prisma/client/runtime/client';
import type { Order, OrderListQuery } from '../../contracts/order/order.resource.js';
import type { OperationRecord } from '../../contracts/participant/operation.resource.js';
import type { Page } from '../../contracts/values/page.js';
import type { Product } from '../../contracts/order/product.resource.js';
import type { PrismaClient } from '../../generated/order/client.js';
import { DATABASE } from '../../libs/participant/command.executor.js';
import { operationsOf } from '../../libs/participant/operation.repository.js';
import { newestFirst } from '../../libs/participant/newest-first.js';
import { decodeCursor, encodeCursor } from '../../libs/service-kit/cursor.js';
import { isKnown, toResource } from './order.repository.js';

/** Reads of the order service. */
@Injectable()
export class OrderQueries {
  constructor(@Inject(DATABASE) private readonly database: PrismaClient) {}

  /** The order, or null if there is none. */
  async order(orderId: string): Promise<Order | null> {
    const row = await this.database.order.findUnique({ where: { orderId } });
    return row && isKnown(row) ? toResource(row) : null;
  }

  /** The operations on the order that were begun for a request of a caller. */
  operations(orderId: string, requestKey: string): Promise<OperationRecord[]> {
    return operationsOf(this.database, orderId, requestKey);
  }

  /** Orders, newest first. */
  async orders({ customerId, state, limit, after }: OrderListQuery): Promise<Page<Order>> {
    const { ids, next } = await newestFirst(this.database, {
      table: 'orders',
      id: 'order_id',
      where: [
        customerId === undefined ? sql`customer_id is not null` : sql`customer_id = ${customerId}`,
        ...(state === undefined ? [] : [sql`state = ${state}`]),
      ],
      after,
      limit,
    });
    const rows = await this.database.order.findMany({
      // Its state may have changed since.
      where: { orderId: { in: ids }, ...(state === undefined ? {} : { state }) },
      orderBy: [{ createdAt: 'desc' }, { orderId: 'desc' }],
    });
    return { items: rows.filter(isKnown).map(toResource), next };
  }

  /** The catalogue, by SKU. */
  async products({ limit, after }: { limit: number; after?: string | undefined }): Promise<Page<Product>> {
    const cursor = after === undefined ? undefined : decodeCursor(after, ['string']);
    const rows = await this.database.product.findMany({
      ...(cursor ? { where: { sku: { gt: cursor[0] } } } : {}),
      orderBy: { sku: 'asc' },
      take: limit + 1,
    });
    const items = rows
      .slice(0, limit)
      .map(({ sku, name, price, currency }) => ({ sku, name, price: { amount: Number(price), currency } }));
    return { items, next: rows.length > limit ? encodeCursor(items.at(-1)!.sku) : null };
  }
}
