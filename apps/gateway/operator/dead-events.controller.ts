import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  DeadEvent,
  DeadEventDecided,
  DeadEventListQuery,
  ReplayDeadEvent,
  ServiceName,
  SkipDeadEvent,
} from '../../../contracts/event/dead-event.resource.js';
import { DeadLetterId } from '../../../contracts/event/dead-letter.resource.js';
import type { Page } from '../../../contracts/values/page.js';
import { ApiPage, ApiProblems, bodyProblems } from '../http/api-responses.decorator.js';
import { Allow } from '../auth/allow.decorator.js';
import { NaturallyIdempotent } from '../http/command.decorator.js';
import { ReadModels } from '../upstreams/read-models.service.js';

const itemProblems = {
  ...bodyProblems,
  400: ['MALFORMED_REQUEST', 'INVALID_HEADER'],
  404: ['DEAD_EVENT_NOT_FOUND'],
  422: ['VALIDATION_FAILED'],
  503: ['PARTICIPANT_UNAVAILABLE'],
};

@ApiTags('operations')
@Allow('operator')
@Controller('v1/dead-events')
export class DeadEventsController {
  constructor(private readonly readModels: ReadModels) {}

  @Get()
  @ApiOperation({
    summary: 'List the events that could not go into the log',
    description: 'The later events of their aggregate wait for a decision. They are listed as `parked`.',
  })
  @ApiPage(DeadEvent)
  list(@Query({ schema: DeadEventListQuery }) query: DeadEventListQuery): Promise<Page<DeadEvent>> {
    return this.readModels.relay.get('/dead-events', { ...query });
  }

  @Post(':service/:id/replay')
  @NaturallyIdempotent(200, 'A repeat is a 404 `DEAD_EVENT_NOT_FOUND` once the event is in the log.')
  @ApiOperation({
    summary: 'Try to put an event into the log again',
    description: 'With `acceptGap` also if the version before it is lost for good. The events that waited for it follow.',
  })
  @ApiBody({ required: false })
  @ApiOkResponse({ standardSchema: DeadEventDecided })
  @ApiProblems({ ...itemProblems, 409: ['DEAD_EVENT_REFUSED_AGAIN', 'DEAD_EVENT_SKIPPED'] })
  replay(
    @Param('service', { schema: ServiceName }) service: string,
    @Param('id', { schema: DeadLetterId }) id: number,
    @Body({ schema: ReplayDeadEvent }) body: ReplayDeadEvent,
  ): Promise<DeadEventDecided> {
    return this.readModels.relay.post(`/dead-events/${service}/${id}/replay`, body);
  }

  @Post(':service/:id/skip')
  @NaturallyIdempotent(200, 'A repeat is a 409 `DEAD_EVENT_SKIPPED`.')
  @ApiOperation({
    summary: 'Decide that an event never goes into the log',
    description: 'The event is listed with the note for `LOG_RETENTION_HOURS`. The events behind it continue.',
  })
  @ApiOkResponse({ standardSchema: DeadEventDecided })
  @ApiProblems({ ...itemProblems, 409: ['DEAD_EVENT_SKIPPED'] })
  skip(
    @Param('service', { schema: ServiceName }) service: string,
    @Param('id', { schema: DeadLetterId }) id: number,
    @Body({ schema: SkipDeadEvent }) body: SkipDeadEvent,
  ): Promise<DeadEventDecided> {
    return this.readModels.relay.post(`/dead-events/${service}/${id}/skip`, body);
  }
}
