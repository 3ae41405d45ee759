import { Controller, Get, Param, Query } from '@nestjs/common';
import { Pool } from 'pg';
import { z } from 'zod';
import { Identifier } from '../../contracts/values/identifier.js';
import type { Order } from '../../contracts/order/order.resource.js';
import { pageQuery } from '../../contracts/values/page.js';
import { atPosition, type ProjectedPage } from '../../contracts/projection/projection.resource.js';
import { ifGiven, sql } from '../../libs/database/sql.js';
import { EventLog } from '../../libs/messaging/log/event-log.js';
import { sequenceOf } from '../../libs/messaging/event/render-event.js';
import { decodeCursor, encodeCursor } from '../../libs/service-kit/cursor.js';
import { ProblemException } from '../../libs/service-kit/problem.exception.js';
import { customerOrders } from './customer-orders.projection.js';
import { ProjectionRunners } from './projection-runners.js';
import { readPosition } from './read-position.js';

const ListQuery = z.strictObject({ ...pageQuery, ...atPosition });

interface Row extends Omit<
  Order,
  'createdAt' | 'updatedAt' | 'rejection' | 'pending' | 'lastRevision' | 'lastPayment' | 'lastCancellation'
> {
  createdAt: Date;
  updatedAt: Date;
  optional: Partial<Order>;
}

@Controller('customers')
export class CustomerOrdersController {
  constructor(
    private readonly database: Pool,
    private readonly log: EventLog,
    private readonly runners: ProjectionRunners,
  ) {}

  /** The newest first. @throws ProblemException 404 `CUSTOMER_NOT_FOUND`, and those of `readPosition`. */
  @Get(':customerId/orders')
  async list(
    @Param('customerId', { schema: Identifier }) customerId: string,
    @Query({ schema: ListQuery }) { limit, after, at }: z.infer<typeof ListQuery>,
  ): Promise<ProjectedPage<Order>> {
    const [createdAt, orderId] = after === undefined ? [] : decodeCursor(after, ['instant', 'string']);
    // The position is read before the rows, so that the answer never has less than its position.
    const position = await readPosition(this.runners.of(customerOrders), this.log, at);
    const { rows } = await this.database.query<Row>(
      sql`select order_id as "orderId", customer_id as "customerId", state, lines, total, saga_id as "sagaId", created_at as "createdAt",
         updated_at as "updatedAt", json_strip_nulls(json_build_object('rejection', rejection, 'pending', pending,
           'lastRevision', last_revision, 'lastPayment', last_payment, 'lastCancellation', last_cancellation)) as optional
       from customer_order
       where generation = (select generation from projection where name = ${customerOrders.name}) and customer_id = ${customerId}
         and ${ifGiven(createdAt, sql`(created_at, order_id) < (${createdAt}::timestamptz, ${orderId})`)}
       order by created_at desc, order_id desc limit ${limit + 1}`,
    );
    if (rows.length === 0 && after === undefined) await this.requireKnown(customerId);
    const items = rows.slice(0, limit).map(orderOf);
    const last = items.at(-1);
    return {
      items,
      next: rows.length > limit && last ? encodeCursor(last.createdAt, last.orderId) : null,
      asOf: sequenceOf(position),
    };
  }

  private async requireKnown(customerId: string): Promise<void> {
    const { rowCount } = await this.database.query(
      sql`select from known_customer
       where generation = (select generation from projection where name = ${customerOrders.name}) and customer_id = ${customerId}`,
    );
    if (!rowCount) throw new ProblemException(404, 'CUSTOMER_NOT_FOUND', `There is no customer ${customerId}.`);
  }
}

const orderOf = ({ createdAt, updatedAt, optional, ...order }: Row): Order => ({
  ...order,
  ...optional,
  createdAt: createdAt.toISOString(),
  updatedAt: updatedAt.toISOString(),
});
