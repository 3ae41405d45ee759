import { Inject, Injectable } from '@nestjs/common';
import type { Credit, LedgerEntry } from '../../../contracts/credit.resource.js';
import type { Customer } from '../../../contracts/customer.resource.js';
import type { Page } from '../../../contracts/page.js';
import { ParticipantsService } from '../participants/participants.service.js';

export interface CustomerPage {
  limit: number;
  after?: string | undefined;
}

/** Customers and their credit, as the customer service has them. */
@Injectable()
export class CustomerReader {
  constructor(@Inject(ParticipantsService) private readonly participants: ParticipantsService) {}

  list(page: CustomerPage): Promise<Page<Customer>> {
    return this.participants.apis.customer.get('/customers', { ...page });
  }

  /** @throws ProblemException 404 `CUSTOMER_NOT_FOUND`, as all that follow. */
  customer(customerId: string): Promise<Customer> {
    return this.participants.apis.customer.get(`/customers/${customerId}`);
  }

  credit(customerId: string, at?: string): Promise<Credit> {
    return this.participants.apis.customer.get(`/customers/${customerId}/credit`, { at });
  }

  entries(customerId: string, page: CustomerPage): Promise<Page<LedgerEntry>> {
    return this.participants.apis.customer.get(`/customers/${customerId}/credit/entries`, { ...page });
  }
}
