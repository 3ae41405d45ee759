import { Inject, Injectable } from '@nestjs/common';
import type { Customer } from '../../contracts/customer/customer.resource.js';
import type { Page } from '../../contracts/values/page.js';
import type { Customer as CustomerRow, PrismaClient } from '../../generated/customer/client.js';
import { DATABASE } from '../../libs/participant/command.executor.js';
import { decodeCursor, encodeCursor } from '../../libs/service-kit/cursor.js';

/** Reads of the customer service. */
@Injectable()
export class CustomerQueries {
  constructor(@Inject(DATABASE) private readonly database: PrismaClient) {}

  /** The customer, or null if there is none. */
  async customer(customerId: string): Promise<Customer | null> {
    const row = await this.database.customer.findUnique({ where: { customerId } });
    return row && toResource(row);
  }

  /** Customers, by id. */
  async customers({ limit, after }: { limit: number; after?: string | undefined }): Promise<Page<Customer>> {
    const cursor = after === undefined ? undefined : decodeCursor(after, ['string']);
    const rows = await this.database.customer.findMany({
      ...(cursor ? { where: { customerId: { gt: cursor[0] } } } : {}),
      orderBy: { customerId: 'asc' },
      take: limit + 1,
    });
    const items = rows.slice(0, limit).map(toResource);
    return { items, next: rows.length > limit ? encodeCursor(items.at(-1)!.customerId) : null };
  }
}

function toResource({ customerId, name, email, state, street, postalCode, city, country }: CustomerRow): Customer {
  return { customerId, name, email, state: state as Customer['state'], address: { street, postalCode, city, country } };
}
