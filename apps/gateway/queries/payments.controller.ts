import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Page } from '../../../contracts/values/page.js';
import { Payment, PaymentListQuery } from '../../../contracts/payment/payment.resource.js';
import { ParticipantsService } from '../upstreams/participants.service.js';
import { ApiPage } from '../http/api-responses.decorator.js';
import { AllowBy, type RoutedRequest, type ScopeRule } from '../auth/allow.decorator.js';

/** Payments for trips need the scope `trips`, payments for orders `orders`, and the list of all needs both. */
function paymentScopes({ query }: RoutedRequest): readonly ScopeRule[] {
  const [ofTrip, ofOrder] = [query['tripId'] !== undefined, query['orderId'] !== undefined];
  return ['operator', ofTrip === ofOrder ? ['trips', 'orders'] : ofTrip ? 'trips' : 'orders'];
}

@ApiTags('payments')
@AllowBy(paymentScopes)
@Controller('v1/payments')
export class PaymentsController {
  constructor(private readonly participants: ParticipantsService) {}

  @Get()
  @ApiOperation({
    summary: 'List payments for trips and orders, newest first',
    description:
      'Needs the scope `trips` with `tripId`, `orders` with `orderId`, and both without either. The scope `operator` is always enough.',
  })
  @ApiPage(Payment)
  list(@Query({ schema: PaymentListQuery }) filter: PaymentListQuery): Promise<Page<Payment>> {
    return this.participants.apis.payment.get('/payments', { ...filter });
  }
}
