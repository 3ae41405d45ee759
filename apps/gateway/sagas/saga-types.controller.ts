import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type Page, pageOf, PageQuery } from '../../../contracts/values/page.js';
import { type RequestedTripParts, tripPartNames } from '../../../contracts/trip/trip-part.js';
import type { SagaOutline } from '../../../contracts/saga/saga-outline.js';
import { SagaOutlineView } from '../../../contracts/saga/saga-outline.resource.js';
import { slicePage } from '../../../libs/service-kit/slice-page.js';
import { outlineOf, sagaTypes } from '../../../workflows/outlines.js';
import { ApiProblems } from '../http/api-responses.decorator.js';
import { Allow } from '../auth/allow.decorator.js';

/** An input with every optional part, so that every step is listed. */
const inputWithAllParts = {
  orderId: 'ORDER',
  tripId: 'TRIP',
  customerId: 'CUSTOMER',
  paymentMethod: 'pm_ok',
  lines: [],
  ...(Object.fromEntries(tripPartNames.map((name) => [name, {}])) as RequestedTripParts),
  approval: { requiredAbove: { amount: 1, currency: 'EUR' }, withinMs: 1 },
};
const outlines = sagaTypes.map((type) => outlineOf(type, inputWithAllParts));

@ApiTags('sagas')
@Allow('orders', 'trips', 'customers', 'operator')
@Controller('v1/saga-types')
export class SagaTypesController {
  @Get()
  @ApiOperation({
    summary: 'List the types of sagas with their outlines',
    description:
      'All steps that a saga of the type may take, in the order of declaration, with compensations. Steps of optional parts are included.',
  })
  @ApiOkResponse({ standardSchema: pageOf(SagaOutlineView) })
  @ApiProblems({ 422: ['VALIDATION_FAILED', 'INVALID_CURSOR'] })
  list(@Query({ schema: PageQuery }) page: PageQuery): Page<SagaOutline> {
    return slicePage(outlines, ({ type }) => type, page);
  }
}
