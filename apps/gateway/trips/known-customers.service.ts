import { Injectable } from '@nestjs/common';
import { ParticipantsService } from '../upstreams/participants.service.js';

const CAPACITY = 10_000;
/** A trip is also accepted without the lookup. Then its saga checks the customer. */
const LOOKUP_TIMEOUT_MS = 500;

/** A cache of existing customers, so that the saga of a trip need not check them. It keeps the most recently used ones. */
@Injectable()
export class KnownCustomers {
  /** In order of use, the latest last. */
  private readonly known = new Set<string>();

  constructor(private readonly participants: ParticipantsService) {}

  /** Whether the customer exists. Also false if the customer service does not answer in time. */
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
