import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import {
  type DeadEvent,
  DeadEventListQuery,
  ReplayDeadEvent,
  ServiceName,
  SkipDeadEvent,
} from '../../contracts/event/dead-event.resource.js';
import type { Page } from '../../contracts/values/page.js';
import { DeadEvents, type Decision } from '../../libs/messaging/relay/dead-events.js';
import { decodeCursor, encodeCursor } from '../../libs/service-kit/cursor.js';
import { ProblemException } from '../../libs/service-kit/problem.exception.js';

const Id = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

/** For operators: events that could not go into the log. On the relay's own port, which is internal. */
@Controller('dead-events')
export class DeadEventsController {
  constructor(private readonly events: DeadEvents) {}

  @Get()
  async list(@Query({ schema: DeadEventListQuery }) query: DeadEventListQuery): Promise<Page<DeadEvent>> {
    const { limit, after, service, state } = query;
    const [lastService, lastId] = after === undefined ? [] : decodeCursor(after, ['string', 'number']);
    const items = await this.events.list({
      service,
      state,
      limit: limit + 1,
      after: lastService === undefined || lastId === undefined ? undefined : { service: lastService, id: lastId },
    });
    const page = items.slice(0, limit);
    const last = page.at(-1);
    return { items: page, next: items.length > limit && last ? encodeCursor(last.service, last.id) : null };
  }

  @Post(':service/:id/replay')
  @HttpCode(200)
  async replay(
    @Param('service', { schema: ServiceName }) service: string,
    @Param('id', { schema: Id }) id: number,
    @Body({ schema: ReplayDeadEvent }) { acceptGap }: ReplayDeadEvent,
  ): Promise<{ released: number }> {
    return answer(service, id, await this.events.replay(service, id, { acceptGap }));
  }

  @Post(':service/:id/skip')
  @HttpCode(200)
  async skip(
    @Param('service', { schema: ServiceName }) service: string,
    @Param('id', { schema: Id }) id: number,
    @Body({ schema: SkipDeadEvent }) { note }: SkipDeadEvent,
  ): Promise<{ released: number }> {
    return answer(service, id, await this.events.skip(service, id, note));
  }
}

/** @throws ProblemException 404 `DEAD_EVENT_NOT_FOUND`; 409 `DEAD_EVENT_SKIPPED`, `DEAD_EVENT_REFUSED_AGAIN`. */
function answer(service: string, id: number, decision: Decision): { released: number } {
  switch (decision.outcome) {
    case 'done':
      return { released: decision.released };
    case 'unknown':
      throw new ProblemException(404, 'DEAD_EVENT_NOT_FOUND', `${service} has no dead event ${id}; GET /dead-events lists them.`);
    case 'skipped-already':
      throw new ProblemException(
        409,
        'DEAD_EVENT_SKIPPED',
        `Dead event ${id} of ${service} was skipped; those behind it have gone on.`,
      );
    case 'refused':
      throw new ProblemException(409, 'DEAD_EVENT_REFUSED_AGAIN', `${decision.event.reason}: ${decision.event.error}.`);
  }
}
