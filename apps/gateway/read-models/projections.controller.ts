import { Controller, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { type Page, pageOf } from '../../../contracts/page.js';
import { ProjectionStatus } from '../../../contracts/projection.resource.js';
import { ApiProblems } from '../api-problems.decorator.js';
import { Allow } from '../auth/allow.decorator.js';
import { ReadModels } from './read-models.service.js';

const Name = z.string().regex(/^[a-z][a-z-]{0,63}$/, 'must be the name of a read model, such as saga-list');

@ApiTags('operations')
@Allow('operator')
@Controller('v1/projections')
export class ProjectionsController {
  constructor(@Inject(ReadModels) private readonly readModels: ReadModels) {}

  @Get()
  @ApiOperation({ summary: 'List the read models, with how far each is behind the log' })
  @ApiOkResponse({ standardSchema: pageOf(ProjectionStatus) })
  @ApiProblems({ 503: ['PARTICIPANT_UNAVAILABLE'] })
  async list(): Promise<Page<ProjectionStatus>> {
    const { items } = await this.readModels.projection.get<{ items: ProjectionStatus[] }>('/projections');
    return { items, next: null };
  }

  @Post(':name/rebuild')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Build a read model anew from the log',
    description:
      'Beside the one that is read, which it replaces at once when it has come as far. Asking again while it is under way changes nothing.',
  })
  @ApiAcceptedResponse({ standardSchema: ProjectionStatus })
  @ApiProblems({ 404: ['PROJECTION_NOT_FOUND'], 422: ['VALIDATION_FAILED'], 503: ['PARTICIPANT_UNAVAILABLE'] })
  rebuild(@Param('name', { schema: Name }) name: string): Promise<ProjectionStatus> {
    return this.readModels.projection.post(`/projections/${name}/rebuild`, {});
  }
}
