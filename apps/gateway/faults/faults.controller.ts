import { Body, Controller, Delete, Get, HttpCode, Inject, Put, Query, UseGuards } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Fault } from '../../../contracts/participant/fault.resource.js';
import { type Page, pageOf, pageQuery } from '../../../contracts/values/page.js';
import type { PageRequest } from '../../../libs/service-kit/slice-page.js';
import { ApiProblems, bodyProblems } from '../http/api-problems.decorator.js';
import { Allow } from '../auth/allow.decorator.js';
import { ChaosGuard } from './chaos.guard.js';
import { FaultsService } from './faults.service.js';

const ListQuery = z.strictObject(pageQuery);
const common = { 403: ['CHAOS_DISABLED'], 503: ['PARTICIPANT_UNAVAILABLE'] };

@ApiTags('faults')
@Allow('operator')
@UseGuards(ChaosGuard)
@Controller('v1/faults')
export class FaultsController {
  constructor(@Inject(FaultsService) private readonly faults: FaultsService) {}

  @Put()
  @ApiOperation({
    summary: 'Make an operation of a participant fail',
    description:
      'Shows how a saga rolls back. Replaces the fault of the operation, if there is one. Without `times` it stays until it is deleted.',
  })
  @ApiOkResponse({ standardSchema: Fault })
  @ApiProblems({ ...bodyProblems, ...common, 422: ['VALIDATION_FAILED', 'UNKNOWN_PARTICIPANT', 'UNKNOWN_OPERATION'] })
  put(@Body({ schema: Fault }) fault: Fault): Promise<Fault> {
    return this.faults.put(fault);
  }

  @Get()
  @ApiOperation({ summary: 'List the faults of all participants, by participant and operation' })
  @ApiOkResponse({ standardSchema: pageOf(Fault) })
  @ApiProblems({ ...common, 422: ['VALIDATION_FAILED', 'INVALID_CURSOR'] })
  list(@Query({ schema: ListQuery }) page: PageRequest): Promise<Page<Fault>> {
    return this.faults.list(page);
  }

  @Delete()
  @HttpCode(204)
  @ApiOperation({ summary: 'Delete the faults of all participants' })
  @ApiNoContentResponse()
  @ApiProblems(common)
  clear(): Promise<void> {
    return this.faults.clear();
  }
}
