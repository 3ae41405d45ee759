import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Leak } from '../../../contracts/saga/leak.resource.js';
import { type Page, PageQuery } from '../../../contracts/values/page.js';
import { ApiPage } from '../http/api-responses.decorator.js';
import { Allow } from '../auth/allow.decorator.js';
import { ReadModels } from '../upstreams/read-models.service.js';

@ApiTags('operations')
@Allow('operator')
@Controller('v1/leaks')
export class LeaksController {
  constructor(private readonly readModels: ReadModels) {}

  @Get()
  @ApiOperation({
    summary: 'List leaks: holds that no order or trip owns',
    description:
      'Reservations, credit, payments and locks whose saga has ended and that no order or trip owns. A sweep finds them. A later sweep removes what was released.',
  })
  @ApiPage(Leak)
  list(@Query({ schema: PageQuery }) page: PageQuery): Promise<Page<Leak>> {
    return this.readModels.saga.get('/leaks', { ...page });
  }
}
