import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Identifier } from '../../../contracts/identifier.js';
import { type Page, pageOf, pageQuery } from '../../../contracts/page.js';
import { Payment } from '../../../contracts/payment.resource.js';
import { ApiProblems } from '../api-problems.decorator.js';
import { Allow } from '../auth/allow.decorator.js';
import { type PaymentListFilter, PaymentReader } from './payment-reader.service.js';

const PaymentListQuery = z.strictObject({ tripId: Identifier.optional(), orderId: Identifier.optional(), ...pageQuery });

@ApiTags('payments')
@Allow('operator', 'trips', 'orders')
@Controller('v1/payments')
export class PaymentsController {
  constructor(@Inject(PaymentReader) private readonly payments: PaymentReader) {}

  @Get()
  @ApiOperation({ summary: 'List payments for trips and orders, newest first' })
  @ApiOkResponse({ standardSchema: pageOf(Payment) })
  @ApiProblems({ 422: ['VALIDATION_FAILED', 'INVALID_CURSOR'], 503: ['PARTICIPANT_UNAVAILABLE'] })
  list(@Query({ schema: PaymentListQuery }) filter: PaymentListFilter): Promise<Page<Payment>> {
    return this.payments.payments(filter);
  }
}
