import { Inject, Injectable } from '@nestjs/common';
import type { Page } from '../../../contracts/values/page.js';
import type { Payment } from '../../../contracts/payment/payment.resource.js';
import { ParticipantsService } from '../participants/participants.service.js';

export interface PaymentListFilter {
  tripId?: string | undefined;
  orderId?: string | undefined;
  limit: number;
  after?: string | undefined;
}

/** Payments, as the payment service has them. */
@Injectable()
export class PaymentReader {
  constructor(@Inject(ParticipantsService) private readonly participants: ParticipantsService) {}

  payments(filter: PaymentListFilter): Promise<Page<Payment>> {
    return this.participants.apis.payment.get('/payments', { ...filter });
  }
}
