import { Body, Controller, Get, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import {
  type DeadLetter,
  DeadLetterDecided,
  DeadLetterOfService,
  deadLetterStates,
  SkipDeadLetter,
} from '../../../contracts/event/dead-letter.resource.js';
import { type Page, pageQuery } from '../../../contracts/values/page.js';
import { decodeCursor, encodeCursor } from '../../../libs/service-kit/cursor.js';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';
import { ApiPage, ApiProblems, bodyProblems } from '../http/api-responses.decorator.js';
import { Allow } from '../auth/allow.decorator.js';
import { NaturallyIdempotent } from '../http/command.decorator.js';
import { ConsumingServices } from './consuming-services.service.js';
import { DeadLetterId, ServiceName } from './dead-letter-params.js';

const ConsumerName = z.string().regex(/^[a-z][a-z0-9.-]{0,99}$/, 'must be the name of a consumer');
const ListQuery = z.strictObject({
  ...pageQuery,
  service: ServiceName.optional(),
  consumer: ConsumerName.optional(),
  state: deadLetterStates.optional(),
});
const repeatAfterApply = 'Repeated, the answer is 404 `DEAD_LETTER_NOT_FOUND` once the event is applied.';
const itemProblems = {
  400: ['MALFORMED_REQUEST', 'INVALID_HEADER'],
  404: ['DEAD_LETTER_NOT_FOUND', 'SERVICE_NOT_FOUND'],
  422: ['VALIDATION_FAILED'],
  503: ['PARTICIPANT_UNAVAILABLE'],
};

const invalidCursor = () =>
  new ProblemException(422, 'INVALID_CURSOR', 'The cursor in "after" was not issued by this list. Start without it.');

@ApiTags('operations')
@Allow('operator')
@Controller('v1/dead-letters')
export class DeadLettersController {
  constructor(@Inject(ConsumingServices) private readonly services: ConsumingServices) {}

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
    const [from = '', innerCursor = ''] = after === undefined ? [] : decodeCursor(after, ['string', 'string']);
    if (after !== undefined && !this.services.has(from)) throw invalidCursor();
    const selected = service === undefined ? this.services.all : [[service, this.services.of(service)] as const];
    const items: DeadLetterOfService[] = [];
    const remaining = selected.filter(([name]) => name >= from);
    for (const [index, [name, api]] of remaining.entries()) {
      const page = await api.get<Page<DeadLetter>>('/dead-letters', {
        ...filter,
        limit: limit - items.length,
        after: name === from && innerCursor !== '' ? innerCursor : undefined,
      });
      items.push(...page.items.map((letter) => ({ ...letter, service: name })));
      if (page.next !== null) return { items, next: encodeCursor(name, page.next) };
      const following = remaining[index + 1];
      if (items.length === limit && following) return { items, next: encodeCursor(following[0], '') };
    }
    return { items, next: null };
  }

  @Post(':service/:id/replay')
  @NaturallyIdempotent(200, repeatAfterApply)
  @ApiOperation({ summary: 'Try to apply an event again', description: 'The events that waited for it follow.' })
  @ApiOkResponse({ standardSchema: DeadLetterDecided })
  @ApiProblems({
    ...itemProblems,
    409: ['DEAD_LETTER_FAILED_AGAIN', 'DEAD_LETTER_EARLY', 'DEAD_LETTER_FAILING', 'DEAD_LETTER_SKIPPED'],
  })
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
  @ApiProblems({
    ...itemProblems,
    409: ['DEAD_LETTER_FAILED_AGAIN', 'DEAD_LETTER_EARLY', 'DEAD_LETTER_FAILING', 'DEAD_LETTER_SKIPPED'],
  })
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
    description: 'The event is kept with the note. The events behind it continue.',
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
