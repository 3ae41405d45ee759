import {
  Body,
  type CanActivate,
  Controller,
  Delete,
  Get,
  HttpCode,
  Inject,
  Injectable,
  Put,
  Query,
  UseGuards,
} from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';
import { Fault } from '../../../contracts/participant/fault.resource.js';
import { type Page, PageQuery } from '../../../contracts/values/page.js';
import { GATEWAY_SETTINGS, type GatewaySettings } from '../config/gateway.settings.js';
import { ApiPage, ApiProblems, bodyProblems } from '../http/api-responses.decorator.js';
import { Allow } from '../auth/allow.decorator.js';
import { FaultsService } from './faults.service.js';

/** Faults on demand are for experiments: off by default, and never on in production. */
@Injectable()
export class ChaosGuard implements CanActivate {
  constructor(@Inject(GATEWAY_SETTINGS) private readonly settings: Pick<GatewaySettings, 'CHAOS' | 'NODE_ENV'>) {}

  /** @throws ProblemException 403 `CHAOS_DISABLED`. */
  canActivate(): boolean {
    if (this.settings.CHAOS && this.settings.NODE_ENV !== 'production') return true;
    throw new ProblemException(
      403,
      'CHAOS_DISABLED',
      'Faults on demand are off. Set CHAOS=true to enable them; they are never on with NODE_ENV=production.',
    );
  }
}

const sharedProblems = { 403: ['CHAOS_DISABLED'], 503: ['PARTICIPANT_UNAVAILABLE'] };

@ApiTags('faults')
@Allow('operator')
@UseGuards(ChaosGuard)
@Controller('v1/faults')
export class FaultsController {
  constructor(private readonly faults: FaultsService) {}

  @Put()
  @ApiOperation({
    summary: 'Make an operation of a participant fail',
    description:
      'Shows how a saga rolls back. Replaces the fault of the operation, if there is one. Without `times` it stays until it is deleted.',
  })
  @ApiOkResponse({ standardSchema: Fault })
  @ApiProblems({ ...bodyProblems, ...sharedProblems, 422: ['VALIDATION_FAILED', 'UNKNOWN_PARTICIPANT', 'UNKNOWN_OPERATION'] })
  put(@Body({ schema: Fault }) fault: Fault): Promise<Fault> {
    return this.faults.put(fault);
  }

  @Get()
  @ApiOperation({ summary: 'List the faults of all participants, by participant and operation' })
  @ApiPage(Fault, { 403: ['CHAOS_DISABLED'] })
  list(@Query({ schema: PageQuery }) page: PageQuery): Promise<Page<Fault>> {
    return this.faults.list(page);
  }

  @Delete()
  @HttpCode(204)
  @ApiOperation({ summary: 'Delete the faults of all participants' })
  @ApiNoContentResponse()
  @ApiProblems(sharedProblems)
  clear(): Promise<void> {
    return this.faults.clear();
  }
}
