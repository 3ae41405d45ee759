import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { ServiceName } from '../../../contracts/event/dead-event.resource.js';
import {
  type DeadLetter,
  DeadLetterDecided,
  DeadLetterOfService,
  deadLetterFilter,
  DeadLetterId,
  SkipDeadLetter,
} from '../../../contracts/event/dead-letter.resource.js';
import { type Page, pageQuery } from '../../../contracts/values/page.js';
import { ApiPage, ApiProblems, bodyProblems } from '../http/api-responses.decorator.js';
import { Allow } from '../auth/allow.decorator.js';
import { NaturallyIdempotent } from '../http/command.decorator.js';
import { pageAcross } from '../upstreams/page-across.js';
import { ConsumingServices } from './consuming-services.service.js';

const ListQuery = z.strictObject({ ...pageQuery, service: ServiceName.optional(), ...deadLetterFilter });
const repeatAfterApply = 'Repeated, the answer is 404 `DEAD_LETTER_NOT_FOUND` once the event is applied.';
const itemProblems = {
  400: ['MALFORMED_REQUEST', 'INVALID_HEADER'],
  404: ['DEAD_LETTER_NOT_FOUND', 'SERVICE_NOT_FOUND'],
  422: ['VALIDATION_FAILED'],
  503: ['PARTICIPANT_UNAVAILABLE'],
};
const applyProblems = {
  ...itemProblems,
  409: ['DEAD_LETTER_FAILED_AGAIN', 'DEAD_LETTER_EARLY', 'DEAD_LETTER_FAILING', 'DEAD_LETTER_SKIPPED'],
};

@ApiTags('operations')
@Allow('operator')
@Controller('v1/dead-letters')
export class DeadLettersController {
  constructor(private readonly services: ConsumingServices) {}

  @Get()
  @ApiOperation({
    summary: 'List the events that consumers have not applied',
    description:
      'By service, in the order in which they were set aside. In ordered consumers a dead event makes the later events of its aggregate wait (`parked`).',
  })
  @ApiPage(DeadLetterOfService, { 404: ['SERVICE_NOT_FOUND'] })
  async list(
    @Query({ schema: ListQuery }) { limit, after, service, ...filter }: z.infer<typeof ListQuery>,
  ): Promise<Page<DeadLetterOfService>> {
    const selected = service === undefined ? this.services.all.map(([name]) => name) : [this.services.of(service).service];
    return pageAcross(selected, { limit, after }, async (name, page) => {
      const { items, next } = await this.services.of(name).get<Page<DeadLetter>>('/dead-letters', { ...filter, ...page });
      return { items: items.map((letter) => ({ ...letter, service: name })), next };
    });
  }

  @Post(':service/:id/replay')
  @NaturallyIdempotent(200, repeatAfterApply)
  @ApiOperation({ summary: 'Try to apply an event again', description: 'The events that waited for it follow.' })
  @ApiOkResponse({ standardSchema: DeadLetterDecided })
  @ApiProblems(applyProblems)
  replay(
    @Param('service', { schema: ServiceName }) service: string,
    @Param('id', { schema: DeadLetterId }) id: number,
  ): Promise<DeadLetterDecided> {
    return this.services.of(service).post(`/dead-letters/${id}/replay`, {});
  }

  @Post(':service/:id/release')
  @NaturallyIdempotent(200, repeatAfterApply)
  @ApiOperation({
    summary: 'Apply an event although earlier ones of its aggregate are missing',
    description: 'For events that are lost for good. If they arrive later, they have no effect.',
  })
  @ApiOkResponse({ standardSchema: DeadLetterDecided })
  @ApiProblems(applyProblems)
  release(
    @Param('service', { schema: ServiceName }) service: string,
    @Param('id', { schema: DeadLetterId }) id: number,
  ): Promise<DeadLetterDecided> {
    return this.services.of(service).post(`/dead-letters/${id}/release`, {});
  }

  @Post(':service/:id/skip')
  @NaturallyIdempotent(200, 'A repeat is a 409 `DEAD_LETTER_SKIPPED`.')
  @ApiOperation({
    summary: 'Decide that an event is never applied',
    description: 'The event is listed with the note until the log has removed it. The events behind it continue.',
  })
  @ApiOkResponse({ standardSchema: DeadLetterDecided })
  @ApiProblems({ ...bodyProblems, ...itemProblems, 409: ['DEAD_LETTER_SKIPPED'] })
  skip(
    @Param('service', { schema: ServiceName }) service: string,
    @Param('id', { schema: DeadLetterId }) id: number,
    @Body({ schema: SkipDeadLetter }) body: SkipDeadLetter,
  ): Promise<DeadLetterDecided> {
    return this.services.of(service).post(`/dead-letters/${id}/skip`, body);
  }
}
