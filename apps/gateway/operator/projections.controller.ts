import { Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { type Page, PageQuery } from '../../../contracts/values/page.js';
import { ProjectionStatus } from '../../../contracts/projection/projection.resource.js';
import { slicePage } from '../../../libs/service-kit/slice-page.js';
import { ApiPage, ApiProblems } from '../http/api-responses.decorator.js';
import { Allow } from '../auth/allow.decorator.js';
import { NaturallyIdempotent } from '../http/command.decorator.js';
import { ReadModels } from '../upstreams/read-models.service.js';

const Name = z.string().regex(/^[a-z][a-z-]{0,63}$/, 'must be the name of a read model, such as saga-list');

@ApiTags('operations')
@Allow('operator')
@Controller('v1/projections')
export class ProjectionsController {
  constructor(private readonly readModels: ReadModels) {}

  @Get()
  @ApiOperation({ summary: 'List the read models, with their distance to the log' })
  @ApiPage(ProjectionStatus)
  async list(@Query({ schema: PageQuery }) page: PageQuery): Promise<Page<ProjectionStatus>> {
    const { items } = await this.readModels.projection.get<{ items: ProjectionStatus[] }>('/projections');
    return slicePage(items, ({ name }) => name, page);
  }

  @Post(':name/rebuild')
  @NaturallyIdempotent(202, 'A repeat during the rebuild shows its progress. A repeat after it starts another rebuild.')
  @ApiOperation({
    summary: 'Rebuild a read model from the log',
    description:
      'Builds a second read model beside the current one, and switches once it has caught up. A request during the rebuild changes nothing.',
  })
  @ApiAcceptedResponse({ standardSchema: ProjectionStatus })
  @ApiProblems({
    400: ['MALFORMED_REQUEST', 'INVALID_HEADER'],
    404: ['PROJECTION_NOT_FOUND'],
    422: ['VALIDATION_FAILED'],
    503: ['PARTICIPANT_UNAVAILABLE'],
  })
  rebuild(@Param('name', { schema: Name }) name: string): Promise<ProjectionStatus> {
    return this.readModels.projection.post(`/projections/${name}/rebuild`, {});
  }
}
