import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Leak } from '../../../contracts/saga/leak.resource.js';
import { type Page, pageOf, pageQuery } from '../../../contracts/values/page.js';
import { ApiProblems } from '../http/api-responses.decorator.js';
import { Allow } from '../auth/allow.decorator.js';
import { ReadModels } from '../upstreams/read-models.service.js';

const ListQuery = z.strictObject(pageQuery);

@ApiTags('operations')
@Allow('operator')
@Controller('v1/leaks')
export class LeaksController {
  constructor(@Inject(ReadModels) private readonly readModels: ReadModels) {}

  @Get()
  @ApiOperation({
    summary: 'List leaks: holds that no order or trip owns',
    description:
      'Reservations, credit, payments and locks whose saga has ended and that no order or trip owns. A sweep finds them. A later sweep removes what was released.',
  })
  @ApiOkResponse({ standardSchema: pageOf(Leak) })
  @ApiProblems({ 422: ['VALIDATION_FAILED', 'INVALID_CURSOR'], 503: ['PARTICIPANT_UNAVAILABLE'] })
  list(@Query({ schema: ListQuery }) query: z.infer<typeof ListQuery>): Promise<Page<Leak>> {
    return this.readModels.saga.get('/leaks', { ...query });
  }
}
