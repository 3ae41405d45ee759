import { Inject, Injectable } from '@nestjs/common';
import { ParticipantsService } from '../upstreams/participants.service.js';

const CAPACITY = 10_000;
/** A trip is accepted without the look-up, too: then its saga checks the customer. */
const LOOKUP_TIMEOUT_MS = 500;

/** Customers that are known to exist, so that a trip's saga need not check them. The most recently asked ones are kept. */
@Injectable()
export class KnownCustomers {
  /** In order of use, the latest last. */
  private readonly known = new Set<string>();

  constructor(@Inject(ParticipantsService) private readonly participants: ParticipantsService) {}

  /** Whether the customer exists. False also when the customer service cannot be asked in time. */
  async has(customerId: string): Promise<boolean> {
    const exists = this.known.delete(customerId) || (await this.lookup(customerId));
    if (exists) this.keep(customerId);
    return exists;
  }

  private async lookup(customerId: string): Promise<boolean> {
    if (!this.participants.isAvailable('customer')) return false;
    return this.participants.apis.customer.get(`/customers/${customerId}`, {}, LOOKUP_TIMEOUT_MS).then(
      () => true,
      () => false,
    );
  }

  private keep(customerId: string): void {
    this.known.add(customerId);
    for (const oldest of this.known) {
      if (this.known.size <= CAPACITY) return;
      this.known.delete(oldest);
    }
  }
}
