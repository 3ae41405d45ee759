import { Inject, Injectable } from '@nestjs/common';
import type { Credit, LedgerEntry } from '../../../contracts/customer/credit.resource.js';
import type { Customer } from '../../../contracts/customer/customer.resource.js';
import type { Order } from '../../../contracts/order/order.resource.js';
import type { Page } from '../../../contracts/values/page.js';
import type { ProjectedPage } from '../../../contracts/projection/projection.resource.js';
import { ParticipantsService } from '../participants/participants.service.js';
import { isBehind, ReadModels } from '../read-models/read-models.service.js';

export interface CustomerPage {
  limit: number;
  after?: string | undefined;
}

/** Customers and their credit, as the customer service has them. */
@Injectable()
export class CustomerReader {
  constructor(
    @Inject(ParticipantsService) private readonly participants: ParticipantsService,
    @Inject(ReadModels) private readonly readModels: ReadModels,
  ) {}

  list(page: CustomerPage): Promise<Page<Customer>> {
    return this.participants.apis.customer.get('/customers', { ...page });
  }

  /** @throws ProblemException 404 `CUSTOMER_NOT_FOUND`, as all that follow. */
  customer(customerId: string): Promise<Customer> {
    return this.participants.apis.customer.get(`/customers/${customerId}`);
  }

  /**
   * A customer's orders, of the read model: as of `at` at the least; without it as of now, or as of when it can be had soon.
   * @throws ProblemException 503 `PROJECTION_BEHIND`.
   */
  async orders(customerId: string, { at, ...page }: CustomerPage & { at?: string | undefined }): Promise<ProjectedPage<Order>> {
    const path = `/customers/${customerId}/orders`;
    const now = at ?? (await this.readModels.committed());
    return this.readModels.page<Order>(path, { ...page, at: now }).catch((error: unknown) => {
      if (at === undefined && isBehind(error)) return this.readModels.page<Order>(path, { ...page });
      throw error;
    });
  }

  credit(customerId: string, at?: string): Promise<Credit> {
    return this.participants.apis.customer.get(`/customers/${customerId}/credit`, { at });
  }

  entries(customerId: string, page: CustomerPage): Promise<Page<LedgerEntry>> {
    return this.participants.apis.customer.get(`/customers/${customerId}/credit/entries`, { ...page });
  }
}
