import { Inject, Injectable } from '@nestjs/common';
import { sqltag as sql } from '@prisma/client/runtime/client';
import type { Page } from '../../contracts/values/page.js';
import type { Payment, PaymentListQuery } from '../../contracts/payment/payment.resource.js';
import type { PrismaClient } from '../../generated/payment/client.js';
import { DATABASE } from '../../libs/participant/command.executor.js';
import { newestFirst } from '../../libs/participant/newest-first.js';
import { isKnown, toResource } from './payment.repository.js';

/** Reads of the payment service. */
@Injectable()
export class PaymentQueries {
  constructor(@Inject(DATABASE) private readonly database: PrismaClient) {}

  /** The payment, or null if there is none. */
  async payment(paymentId: string): Promise<Payment | null> {
    const row = await this.database.payment.findUnique({ where: { paymentId } });
    return row && isKnown(row) ? toResource(row) : null;
  }

  /** Payments, newest first. */
  async payments({ tripId, orderId, limit, after }: PaymentListQuery): Promise<Page<Payment>> {
    const { ids, next } = await newestFirst(this.database, {
      table: 'payment',
      id: 'payment_id',
      where: [
        sql`customer_id is not null`,
        ...(tripId === undefined ? [] : [sql`trip_id = ${tripId}`]),
        ...(orderId === undefined ? [] : [sql`order_id = ${orderId}`]),
      ],
      after,
      limit,
    });
    const rows = await this.database.payment.findMany({
      where: { paymentId: { in: ids } },
      orderBy: [{ createdAt: 'desc' }, { paymentId: 'desc' }],
    });
    return { items: rows.filter(isKnown).map(toResource), next };
  }
}
