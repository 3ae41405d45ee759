import { Inject, Injectable } from '@nestjs/common';
import type { Page } from '../../contracts/page.js';
import type { Payment } from '../../contracts/payment.resource.js';
import type { PrismaClient } from '../../generated/payment/client.js';
import { DATABASE } from '../../libs/participant/command.executor.js';
import { decodeCursor, encodeCursor } from '../../libs/service-kit/cursor.js';
import { isKnown, toResource } from './payment.repository.js';

export interface PaymentFilter {
  tripId?: string | undefined;
  orderId?: string | undefined;
  limit: number;
  after?: string | undefined;
}

/** What may be asked of the payment service. Nothing here changes anything. */
@Injectable()
export class PaymentQueries {
  constructor(@Inject(DATABASE) private readonly database: PrismaClient) {}

  /** The payment, or null if there is none. */
  async payment(paymentId: string): Promise<Payment | null> {
    const row = await this.database.payment.findUnique({ where: { paymentId } });
    return row && isKnown(row) ? toResource(row) : null;
  }

  /** Payments, newest first. */
  async payments({ tripId, orderId, limit, after }: PaymentFilter): Promise<Page<Payment>> {
    const cursor = after === undefined ? undefined : decodeCursor(after, ['instant', 'string']);
    const rows = await this.database.payment.findMany({
      where: {
        customerId: { not: null },
        ...(tripId === undefined ? {} : { tripId }),
        ...(orderId === undefined ? {} : { orderId }),
        ...(cursor
          ? { OR: [{ createdAt: { lt: new Date(cursor[0]) } }, { createdAt: new Date(cursor[0]), paymentId: { lt: cursor[1] } }] }
          : {}),
      },
      orderBy: [{ createdAt: 'desc' }, { paymentId: 'desc' }],
      take: limit + 1,
    });
    const items = rows.slice(0, limit).filter(isKnown).map(toResource);
    const last = items.at(-1);
    return { items, next: rows.length > limit && last ? encodeCursor(last.createdAt, last.paymentId) : null };
  }
}
