import { Inject, Injectable } from '@nestjs/common';
import { ParticipantsService } from '../participants/participants.service.js';

const REMEMBERED = 10_000;

/** Customers that the customer service has shown before. A customer that exists stays, so it is asked for once. */
@Injectable()
export class KnownCustomers {
  private readonly known = new Set<string>();

  constructor(@Inject(ParticipantsService) private readonly participants: ParticipantsService) {}

  /** Whether the customer is known to exist. False also if the customer service cannot be asked: then the saga checks. */
  async has(customerId: string): Promise<boolean> {
    if (this.known.has(customerId)) return true;
    const found = await this.participants.apis.customer.get(`/customers/${customerId}`).then(
      () => true,
      () => false,
    );
    if (found) this.remember(customerId);
    return found;
  }

  private remember(customerId: string): void {
    for (const oldest of this.known) {
      if (this.known.size < REMEMBERED) break;
      this.known.delete(oldest);
    }
    this.known.add(customerId);
  }
}
