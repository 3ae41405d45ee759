import type { Customer } from '../../../contracts/customer/customer.resource.js';
import type { ServiceApi } from '../../../libs/service-client/service-api.js';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';
import type { MailAddress } from './smtp-sender.js';

/** The addresses of recipients: the current one from the customer service for customers, and the setting for operators. */
export class AddressBook {
  constructor(
    private readonly customers: Pick<ServiceApi, 'get'>,
    private readonly operations: MailAddress,
  ) {}

  /** @returns undefined for an unknown customer. @throws ParticipantUnavailableException. */
  async addressOf(customerId: string | null): Promise<MailAddress | undefined> {
    if (customerId === null) return this.operations;
    try {
      const { name, email } = await this.customers.get<Customer>(`/customers/${encodeURIComponent(customerId)}`);
      return email ? { name, address: email } : undefined;
    } catch (error) {
      // 422 for an invalid id: an order may have been refused for that reason.
      if (error instanceof ProblemException && [404, 422].includes(error.getStatus())) return undefined;
      throw error;
    }
  }
}
