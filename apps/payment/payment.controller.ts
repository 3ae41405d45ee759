import { Controller, Get, Param, Query } from '@nestjs/common';
import { Identifier } from '../../contracts/values/identifier.js';
import type { Page } from '../../contracts/values/page.js';
import { type Payment, PaymentListQuery } from '../../contracts/payment/payment.resource.js';
import { ProblemException } from '../../libs/service-kit/problem.exception.js';
import { PaymentQueries } from './payment.queries.js';

@Controller('payments')
export class PaymentController {
  constructor(private readonly queries: PaymentQueries) {}

  @Get()
  list(@Query({ schema: PaymentListQuery }) query: PaymentListQuery): Promise<Page<Payment>> {
    return this.queries.payments(query);
  }

  @Get(':paymentId')
  async get(@Param('paymentId', { schema: Identifier }) paymentId: string): Promise<Payment> {
    const payment = await this.queries.payment(paymentId);
    if (!payment) throw new ProblemException(404, 'PAYMENT_NOT_FOUND', `There is no payment ${paymentId}.`);
    return payment;
  }
}
