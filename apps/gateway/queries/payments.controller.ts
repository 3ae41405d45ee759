import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { type Page, pageOf, pageQuery } from '../../../contracts/values/page.js';
import { Payment } from '../../../contracts/payment/payment.resource.js';
import { Identifier } from '../../../contracts/values/identifier.js';
import { ParticipantsService } from '../upstreams/participants.service.js';
import { ApiProblems } from '../http/api-responses.decorator.js';
import { AllowBy, type RoutedRequest, type ScopeRule } from '../auth/allow.decorator.js';

const PaymentListQuery = z.strictObject({ tripId: Identifier.optional(), orderId: Identifier.optional(), ...pageQuery });

/** Payments for trips need the scope `trips`, payments for orders `orders`, and the list of all needs both. */
function paymentScopes({ query }: RoutedRequest): readonly ScopeRule[] {
  const [ofTrip, ofOrder] = [query['tripId'] !== undefined, query['orderId'] !== undefined];
  return ['operator', ofTrip === ofOrder ? ['trips', 'orders'] : ofTrip ? 'trips' : 'orders'];
}

@ApiTags('payments')
@AllowBy(paymentScopes)
@Controller('v1/payments')
export class PaymentsController {
  constructor(@Inject(ParticipantsService) private readonly participants: ParticipantsService) {}

  @Get()
  @ApiOperation({
    summary: 'List payments for trips and orders, newest first',
    description:
      'Needs the scope `trips` with `tripId`, `orders` with `orderId`, and both without either. The scope `operator` is always enough.',
  })
  @ApiOkResponse({ standardSchema: pageOf(Payment) })
  @ApiProblems({ 422: ['VALIDATION_FAILED', 'INVALID_CURSOR'], 503: ['PARTICIPANT_UNAVAILABLE'] })
  list(@Query({ schema: PaymentListQuery }) filter: z.infer<typeof PaymentListQuery>): Promise<Page<Payment>> {
    return this.participants.apis.payment.get('/payments', { ...filter });
  }
}
